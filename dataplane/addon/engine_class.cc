// SPDX-License-Identifier: Apache-2.0
// The class Engine: see engine_class.h.

#include "engine_class.h"

#include "to_js.h"

Napi::Function
Engine::define(Napi::Env env)
{
	return DefineClass(env, "Engine",
			   {
				   InstanceMethod<&Engine::apply>("apply"),
				   InstanceMethod<&Engine::changeSubscribers>("changeSubscribers"),
				   InstanceMethod<&Engine::sweepSubscribers>("sweepSubscribers"),
				   InstanceMethod<&Engine::packet>("packet"),
				   InstanceMethod<&Engine::advance>("advance"),
				   InstanceMethod<&Engine::events>("events"),
				   InstanceMethod<&Engine::counters>("counters"),
				   InstanceMethod<&Engine::open>("open"),
				   InstanceMethod<&Engine::next>("next"),
			   });
}

static void
apply_policy(Napi::Env env, offline_engine *engine, const Napi::Uint8Array &blob)
{
	const char *wrong = offline_engine_apply(engine, blob.Data(), blob.ByteLength());

	if (wrong != nullptr)
		throw Napi::Error::New(env, std::string("The policy is refused: ") + wrong + ".");
}

Engine::Engine(const Napi::CallbackInfo &info)
    : Napi::ObjectWrap<Engine>(info), engine_(nullptr, offline_engine_free), capture_(nullptr, capture_close)
{
	const offline_size size = {
		info[0].As<Napi::Number>().Uint32Value(),
		info[1].As<Napi::Number>().Uint32Value(),
		info[2].As<Napi::Number>().Uint32Value(),
		info[3].As<Napi::Number>().Uint32Value(),
	};

	engine_.reset(offline_engine_new(&size));
	if (!engine_)
		throw Napi::Error::New(info.Env(),
				       "There is no memory for an engine of these sizes: make them smaller.");
	apply_policy(info.Env(), engine_.get(), info[4].As<Napi::Uint8Array>());
}

void
Engine::apply(const Napi::CallbackInfo &info)
{
	apply_policy(info.Env(), engine_.get(), info[0].As<Napi::Uint8Array>());
}

Napi::Value
Engine::changeSubscribers(const Napi::CallbackInfo &info)
{
	uint32_t epoch = info[0].As<Napi::Number>().Uint32Value(), refused = 0;
	Napi::Uint8Array changes = info[1].As<Napi::Uint8Array>();
	const char *wrong =
		offline_engine_change(engine_.get(), epoch, changes.Data(),
				      static_cast<uint32_t>(changes.ByteLength() / OFFLINE_CHANGE_BYTES), &refused);

	if (wrong != nullptr)
		throw Napi::Error::New(info.Env(), std::string("The changes are refused: ") + wrong + ".");
	return Napi::Number::New(info.Env(), refused);
}

void
Engine::sweepSubscribers(const Napi::CallbackInfo &info)
{
	offline_engine_sweep(engine_.get(), info[0].As<Napi::Number>().Uint32Value());
}

static uint64_t
milliseconds(const Napi::Value &value)
{
	return static_cast<uint64_t>(value.As<Napi::Number>().Int64Value());
}

static Napi::Value
side_to_js(Napi::Env env, offline_side side)
{
	if (side == OFFLINE_NEITHER)
		return env.Null();
	return Napi::String::New(env, side == OFFLINE_SUBSCRIBER ? "subscriber" : "network");
}

static Napi::Object
to_js(Napi::Env env, const plain_session &session)
{
	Napi::Object object = Napi::Object::New(env);

	object.Set("change", session.change);
	object.Set("state", session.state);
	object.Set("services", bits_to_js(env, session.services));
	object.Set("subscriber", address_text(session.subscriber));
	object.Set("subscriberPort", session.subscriber_port);
	object.Set("network", address_text(session.network));
	object.Set("networkPort", session.network_port);
	object.Set("protocol", session.protocol);
	object.Set("outerVlan", session.outer_vlan);
	object.Set("innerVlan", session.inner_vlan);
	object.Set("opener", side_to_js(env, session.opener));
	return object;
}

static Napi::Object
to_js(Napi::Env env, const offline_answer &answer)
{
	Napi::Object object = Napi::Object::New(env);

	object.Set("kind", answer.kind);
	object.Set("verdict", answer.verdict);
	object.Set("generation", answer.generation);
	object.Set("session", answer.session.change == nullptr ? env.Null() : Napi::Value(to_js(env, answer.session)));
	return object;
}

Napi::Value
Engine::packet(const Napi::CallbackInfo &info)
{
	Napi::Uint8Array bytes = info[0].As<Napi::Uint8Array>();
	uint32_t length = static_cast<uint32_t>(bytes.ByteLength());
	const frame frame = {bytes.Data(), length, length};
	offline_side side = info[1].As<Napi::Boolean>() ? OFFLINE_NETWORK : OFFLINE_SUBSCRIBER;
	unsigned link = info[2].As<Napi::Number>().Uint32Value();

	return to_js(info.Env(), offline_engine_packet(engine_.get(), &frame, side, link, milliseconds(info[3])));
}

void
Engine::advance(const Napi::CallbackInfo &info)
{
	offline_engine_advance(engine_.get(), milliseconds(info[0]));
}

Napi::Value
Engine::events(const Napi::CallbackInfo &info)
{
	Napi::Array events = Napi::Array::New(info.Env());
	plain_event event;

	while (offline_engine_event(engine_.get(), &event))
		events.Set(events.Length(), to_js(info.Env(), event));
	return events;
}

Napi::Value
Engine::counters(const Napi::CallbackInfo &info)
{
	return to_js(info.Env(), offline_engine_counters(engine_.get()));
}

void
Engine::open(const Napi::CallbackInfo &info)
{
	std::string path = info[0].As<Napi::String>();
	char error[CAPTURE_ERROR_SIZE];

	capture_.reset(capture_open(path.c_str(), error));
	if (!capture_)
		throw Napi::Error::New(info.Env(), error);
}

Napi::Value
Engine::next(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	char error[CAPTURE_ERROR_SIZE];
	uint64_t time_ms;
	frame frame;

	if (!capture_)
		return env.Null();
	switch (capture_next(capture_.get(), &frame, &time_ms, error)) {
	case CAPTURE_FRAME:
		break;
	case CAPTURE_END:
		capture_.reset();
		return env.Null();
	case CAPTURE_BROKEN:
		capture_.reset();
		throw Napi::Error::New(env, error);
	}
	offline_side side;
	Napi::Object object = to_js(env, offline_engine_replay(engine_.get(), &frame, time_ms, &side));
	object.Set("timeMs", to_js(env, time_ms));
	object.Set("side", side_to_js(env, side));
	return object;
}
