// SPDX-License-Identifier: Apache-2.0
// Classifications for JavaScript: see classify_worker.h.

#include "classify_worker.h"

#include "to_js.h"

#include <cstring>
#include <memory>

ClassifyWorker::ClassifyWorker(Napi::Env env, std::vector<uint8_t> policy, const classification_question &question)
    : Napi::AsyncWorker(env), policy_(std::move(policy)), question_(question),
      deferred_(Napi::Promise::Deferred::New(env))
{
}

Napi::Promise
ClassifyWorker::promise() const
{
	return deferred_.Promise();
}

void
ClassifyWorker::Execute()
{
	const char *wrong = nullptr;
	std::unique_ptr<classification, decltype(&classification_free)> asked(
		classification_new(policy_.data(), policy_.size(), &question_, &wrong), classification_free);
	if (!asked) {
		SetError(std::string("The policy is refused: ") + wrong + ".");
		return;
	}

	struct classification_override next;
	answer_ = classification_answer(asked.get());
	while (classification_override(asked.get(), &next))
		overrides_.push_back(next);
}

static Napi::Object
to_js(Napi::Env env, const struct classification_override &override)
{
	Napi::Object object = Napi::Object::New(env);

	object.Set("number", override.id);
	object.Set("givesPackage", override.gives_package);
	object.Set("exempt", bits_to_js(env, override.exempt));
	object.Set("blocked", bits_to_js(env, override.blocked));
	return object;
}

static Napi::Object
subscriber_to_js(Napi::Env env, const struct classification_answer &answer)
{
	Napi::Object object = Napi::Object::New(env);
	Napi::Array detectors = Napi::Array::New(env, answer.detector_count);

	for (unsigned i = 0; i < answer.detector_count; i++)
		detectors.Set(i, answer.detectors[i]);
	object.Set("group", answer.anonymous ? Napi::Value::From(env, answer.group) : env.Null());
	object.Set("template", answer.anonymous ? Napi::Value::From(env, answer.template_number) : env.Null());
	object.Set("package", answer.package);
	object.Set("address", address_text(answer.subscriber));
	object.Set("prefixLength", prefix_length_shown(answer.subscriber, answer.subscriber_length));
	object.Set("measured", bits_to_js(env, answer.measured));
	object.Set("detectors", detectors);
	return object;
}

void
ClassifyWorker::OnOK()
{
	Napi::Env env = Env();
	Napi::Object object = Napi::Object::New(env);
	Napi::Array overrides = Napi::Array::New(env, overrides_.size());

	for (uint32_t i = 0; i < overrides_.size(); i++)
		overrides.Set(i, to_js(env, overrides_[i]));
	object.Set("subscriber", answer_.known ? Napi::Value(subscriber_to_js(env, answer_)) : env.Null());
	object.Set("services", bits_to_js(env, answer_.services));
	object.Set("exempt", bits_to_js(env, answer_.exempt));
	object.Set("blocked", bits_to_js(env, answer_.blocked));
	object.Set("overrides", overrides);
	deferred_.Resolve(object);
}

void
ClassifyWorker::OnError(const Napi::Error &error)
{
	deferred_.Reject(error.Value());
}

Napi::Value
classify(const Napi::CallbackInfo &info)
{
	Napi::Uint8Array policy = info[0].As<Napi::Uint8Array>();
	classification_question question = {};

	std::memcpy(question.subscriber, info[1].As<Napi::Uint8Array>().Data(), sizeof(question.subscriber));
	std::memcpy(question.network, info[2].As<Napi::Uint8Array>().Data(), sizeof(question.network));
	question.protocol = static_cast<uint8_t>(info[3].As<Napi::Number>().Uint32Value());
	question.server_port = static_cast<uint16_t>(info[4].As<Napi::Number>().Uint32Value());
	question.from_network = info[5].As<Napi::Boolean>();
	question.now_ms = static_cast<uint64_t>(info[6].As<Napi::Number>().Int64Value());
	question.named = !info[7].IsNull();
	if (question.named) {
		std::memcpy(question.name, info[7].As<Napi::Uint8Array>().Data(), sizeof(question.name));
		question.package_id = static_cast<uint16_t>(info[8].As<Napi::Number>().Uint32Value());
	}
	auto *worker = new ClassifyWorker(
		info.Env(), std::vector<uint8_t>(policy.Data(), policy.Data() + policy.ByteLength()), question);
	worker->Queue();
	return worker->promise();
}
