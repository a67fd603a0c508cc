// SPDX-License-Identifier: Apache-2.0
// The class Attachment: see attachment.h.

#include "attachment.h"

#include "breached_worker.h"
#include "subscribers_worker.h"
#include "to_js.h"
#include "usage_worker.h"

#include <cstdio>
#include <cstring>
#include <functional>

Napi::Function
Attachment::define(Napi::Env env)
{
	return DefineClass(env, "Attachment",
			   {
				   InstanceMethod<&Attachment::header>("header"),
				   InstanceMethod<&Attachment::live>("live"),
				   InstanceMethod<&Attachment::counters>("counters"),
				   InstanceMethod<&Attachment::resume>("resume"),
				   InstanceMethod<&Attachment::events>("events"),
				   InstanceMethod<&Attachment::samples>("samples"),
				   InstanceMethod<&Attachment::breached>("breached"),
				   InstanceMethod<&Attachment::subscribers>("subscribers"),
				   InstanceMethod<&Attachment::usage>("usage"),
				   InstanceMethod<&Attachment::tops>("tops"),
				   InstanceMethod<&Attachment::close>("close"),
			   });
}

Attachment::Attachment(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Attachment>(info)
{
	std::string path = info[0].As<Napi::String>();
	region_fault fault;
	region_reader *opened = region_reader_open(path.c_str(), &fault);

	if (opened == nullptr)
		throw to_js(info.Env(), fault);
	reader_ = std::shared_ptr<region_reader>(opened, region_reader_close);
}

region_reader *
Attachment::reader(Napi::Env env) const
{
	if (!reader_)
		throw Napi::Error::New(env, "The attachment is closed.");
	if (!region_reader_refresh(reader_.get())) {
		region_fault fault;
		region_reader_cut(reader_.get(), &fault);
		throw to_js(env, fault);
	}
	return reader_.get();
}

static std::string
hexadecimal(const uint8_t *bytes, size_t count)
{
	std::string text;
	char digits[3];

	for (size_t i = 0; i < count; i++) {
		std::snprintf(digits, sizeof(digits), "%02x", bytes[i]);
		text += digits;
	}
	return text;
}

Napi::Value
Attachment::header(const Napi::CallbackInfo &info)
{
	const region_reader *reader = this->reader(info.Env());
	Napi::Object object = to_js(info.Env(), region_reader_process(reader));
	uint8_t boot_id[16];

	region_reader_boot_id(reader, boot_id);
	object.Set("bootId", hexadecimal(boot_id, sizeof(boot_id)));
	object.Set("device", Napi::BigInt::New(info.Env(), region_reader_device(reader)));
	object.Set("inode", Napi::BigInt::New(info.Env(), region_reader_inode(reader)));
	object.Set("bornNs", Napi::BigInt::New(info.Env(), region_reader_born_ns(reader)));
	object.Set("engine", to_js(info.Env(), region_reader_engine_size(reader)));
	object.Set("links", region_reader_links(reader));
	object.Set("adoption", to_js(info.Env(), region_reader_adoption(reader)));
	return object;
}

// [{subscriber, network}, ...], one a link.
static Napi::Array
by_link(Napi::Env env, unsigned links, const std::function<Napi::Object(unsigned link, region_side side)> &port)
{
	Napi::Array array = Napi::Array::New(env, links);

	for (unsigned link = 0; link < links; link++) {
		Napi::Object sides = Napi::Object::New(env);
		sides.Set("subscriber", port(link, REGION_SUBSCRIBER_SIDE));
		sides.Set("network", port(link, REGION_NETWORK_SIDE));
		array.Set(link, sides);
	}
	return array;
}

Napi::Value
Attachment::live(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	const region_reader *reader = this->reader(env);
	Napi::Object object = to_js(env, region_reader_live(reader));
	Napi::Array modes = Napi::Array::New(env, region_reader_links(reader));

	for (unsigned link = 0; link < modes.Length(); link++)
		modes.Set(link, region_reader_link_mode(reader, link));
	object.Set("bypass", region_reader_bypass(reader));
	object.Set("linkModes", modes);
	object.Set("links", by_link(env, region_reader_links(reader), [&](unsigned link, region_side side) {
			   Napi::Object port = Napi::Object::New(env);
			   port.Set("up", region_reader_link_up(reader, link, side));
			   port.Set("missed", to_js(env, region_reader_port_missed(reader, link, side)));
			   port.Set("starved", to_js(env, region_reader_port_starved(reader, link, side)));
			   return port;
		   }));
	return object;
}

Napi::Value
Attachment::counters(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	const region_reader *reader = this->reader(env);
	Napi::Object object = Napi::Object::New(env);
	Napi::Array workers = Napi::Array::New(env, region_reader_workers(reader));

	for (unsigned worker = 0; worker < workers.Length(); worker++) {
		Napi::Object each = to_js(env, region_reader_worker(reader, worker));
		each.Set("bursts", to_js(env, region_reader_bursts(reader, worker)));
		each.Set("latencies", to_js(env, region_reader_latencies(reader, worker)));
		workers.Set(worker, each);
	}
	object.Set("engine", to_js(env, region_reader_engine_counters(reader)));
	object.Set("workers", workers);
	object.Set("links", by_link(env, region_reader_links(reader), [&](unsigned link, region_side side) {
			   Napi::Object port = to_js(env, region_reader_port(reader, link, side));
			   port.Set("dropped", to_js(env, region_reader_drops(reader, link, side)));
			   return port;
		   }));
	return object;
}

void
Attachment::resume(const Napi::CallbackInfo &info)
{
	region_reader_resume(reader(info.Env()), info[0].As<Napi::Number>().Uint32Value(),
			     static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value()));
}

Napi::Value
Attachment::events(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	region_reader *reader = this->reader(env);
	uint32_t max = info[0].As<Napi::Number>().Uint32Value();
	Napi::Object object = Napi::Object::New(env);
	Napi::Array events = Napi::Array::New(env);
	uint64_t lost = 0;

	for (uint32_t count = 0; count < max && region_reader_whole(reader); count++) {
		plain_event event;
		uint32_t ring;
		if (!region_reader_event(reader, &event, &ring, &lost))
			break;
		Napi::Object each = to_js(env, event);
		each.Set("ring", ring);
		events.Set(count, each);
	}
	object.Set("events", events);
	object.Set("lost", to_js(env, lost));
	return object;
}

Napi::Value
Attachment::samples(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	region_reader *reader = this->reader(env);
	uint32_t channel = info[0].As<Napi::Number>().Uint32Value();
	uint32_t max = info[1].As<Napi::Number>().Uint32Value();
	Napi::Object object = Napi::Object::New(env);
	Napi::Array samples = Napi::Array::New(env);
	uint64_t lost = 0;

	for (uint32_t count = 0; count < max && region_reader_whole(reader); count++) {
		plain_sample sample;
		uint32_t ring;
		if (!region_reader_sample(reader, channel, &sample, &ring, &lost))
			break;
		Napi::Object each = to_js(env, sample);
		each.Set("ring", ring);
		samples.Set(count, each);
	}
	object.Set("samples", samples);
	object.Set("lost", to_js(env, lost));
	return object;
}

Napi::Value
Attachment::breached(const Napi::CallbackInfo &info)
{
	reader(info.Env());
	auto *worker = new BreachedWorker(info.Env(), reader_);
	Napi::Promise promise = worker->promise();

	worker->Queue();
	return promise;
}

// Prefixes one after the other: 16 bytes of address, its length, whether it is wanted.
static std::vector<plain_prefix>
prefixes_of(const Napi::Uint8Array &bytes)
{
	std::vector<plain_prefix> prefixes(bytes.ByteLength() / 18);
	const uint8_t *at = bytes.Data();

	for (plain_prefix &prefix : prefixes) {
		std::memcpy(prefix.address, at, 16);
		prefix.length = at[16];
		prefix.wanted = at[17] != 0;
		at += 18;
	}
	return prefixes;
}

Napi::Value
Attachment::subscribers(const Napi::CallbackInfo &info)
{
	reader(info.Env());
	subscriber_query query = {
		{},
		prefixes_of(info[1].As<Napi::Uint8Array>()),
		info[2].As<Napi::Boolean>().Value(),
		info[3].As<Napi::Number>().Uint32Value(),
		info[4].As<Napi::Number>().Uint32Value(),
	};
	if (!info[0].IsNull()) {
		Napi::Uint8Array address = info[0].As<Napi::Uint8Array>();
		query.containing.assign(address.Data(), address.Data() + address.ByteLength());
	}
	auto *worker = new SubscribersWorker(info.Env(), reader_, std::move(query));
	Napi::Promise promise = worker->promise();

	worker->Queue();
	return promise;
}

Napi::Value
Attachment::usage(const Napi::CallbackInfo &info)
{
	reader(info.Env());
	auto *worker =
		new UsageWorker(info.Env(), reader_, info[0].As<Napi::Number>().Uint32Value(),
				info[1].As<Napi::Number>().Uint32Value(), info[2].As<Napi::Number>().Uint32Value());
	Napi::Promise promise = worker->promise();

	worker->Queue();
	return promise;
}

Napi::Value
Attachment::tops(const Napi::CallbackInfo &info)
{
	reader(info.Env());
	auto *worker = new TopsWorker(info.Env(), reader_, info[0].As<Napi::Number>().Uint32Value(),
				      info[1].As<Napi::Number>().Uint32Value(),
				      static_cast<usage_metric>(info[2].As<Napi::Number>().Uint32Value()),
				      info[3].As<Napi::Number>().Uint32Value());
	Napi::Promise promise = worker->promise();

	worker->Queue();
	return promise;
}

void
Attachment::close(const Napi::CallbackInfo &)
{
	reader_.reset();
}
