// SPDX-License-Identifier: Apache-2.0
// JavaScript objects: see to_js.h.

#include "to_js.h"

#include <arpa/inet.h>

#include <cstring>

static bool
is_ipv4(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	return std::memcmp(bytes, mapped, sizeof(mapped)) == 0;
}

std::string
address_text(const uint8_t bytes[16])
{
	char text[INET6_ADDRSTRLEN] = "";

	if (is_ipv4(bytes))
		inet_ntop(AF_INET, bytes + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, bytes, text, sizeof(text));
	return text;
}

unsigned
prefix_length_shown(const uint8_t bytes[16], unsigned length)
{
	return is_ipv4(bytes) ? length - 96 : length;
}

Napi::Object
to_js(Napi::Env env, const numbers &numbers)
{
	Napi::Object object = Napi::Object::New(env);

	for (unsigned i = 0; i < numbers.count; i++)
		object.Set(numbers.each[i].name, to_js(env, numbers.each[i].value));
	return object;
}

Napi::Array
to_js(Napi::Env env, const histogram &histogram)
{
	Napi::Array array = Napi::Array::New(env, histogram.count);

	for (unsigned i = 0; i < histogram.count; i++)
		array.Set(i, to_js(env, histogram.each[i]));
	return array;
}

static Napi::Object
to_js(Napi::Env env, const plain_subscriber &subscriber)
{
	Napi::Object object = Napi::Object::New(env);

	object.Set("address", address_text(subscriber.address));
	object.Set("prefixLength", prefix_length_shown(subscriber.address, subscriber.prefix_length));
	object.Set("outerVlan", subscriber.outer_vlan);
	object.Set("innerVlan", subscriber.inner_vlan);
	return object;
}

static Napi::Object
to_js(Napi::Env env, const plain_destination &destination)
{
	Napi::Object object = Napi::Object::New(env);

	object.Set("address", address_text(destination.address));
	object.Set("port", destination.port);
	object.Set("sessions", destination.sessions);
	object.Set("seenMs", to_js(env, destination.seen_ms));
	return object;
}

Napi::Object
to_js(Napi::Env env, const plain_breach &breach)
{
	Napi::Object object = Napi::Object::New(env);
	Napi::Array destinations = Napi::Array::New(env, breach.destination_count);

	for (unsigned i = 0; i < breach.destination_count; i++)
		destinations.Set(i, to_js(env, breach.destinations[i]));

	object.Set("subscriber", to_js(env, breach.subscriber));
	object.Set("detector", breach.detector);
	object.Set("periodStartedMs", to_js(env, breach.period_started_ms));
	object.Set("periodMs", breach.period_ms);
	object.Set("holdMs", breach.hold_ms);
	object.Set("counted", breach.counted);
	object.Set("refused", breach.refused);
	object.Set("destinations", destinations);
	return object;
}

Napi::Object
to_js(Napi::Env env, const plain_event &event)
{
	Napi::Object object = to_js(env, event.breach);

	object.Set("kind", event.ended ? "breach-ended" : "breach-started");
	object.Set("timeMs", to_js(env, event.time_ms));
	object.Set("sequence", to_js(env, event.sequence));
	object.Set("generation", event.generation);
	object.Set("reason", event.reason == nullptr ? env.Null() : Napi::String::New(env, event.reason));
	return object;
}

static Napi::Object
to_js(Napi::Env env, const plain_window &window)
{
	Napi::Object object = Napi::Object::New(env);

	object.Set("detector", window.detector);
	object.Set("periodStartedMs", to_js(env, window.period_started_ms));
	object.Set("periodMs", window.period_ms);
	object.Set("holdMs", window.hold_ms);
	object.Set("counted", window.counted);
	object.Set("refused", window.refused);
	object.Set("inBreach", window.in_breach);
	return object;
}

static Napi::Object
to_js(Napi::Env env, const plain_mapping &mapping)
{
	Napi::Object object = Napi::Object::New(env);
	Napi::Object tags = Napi::Object::New(env);

	tags.Set("outerVlan", mapping.where.outer_vlan);
	tags.Set("innerVlan", mapping.where.inner_vlan);
	object.Set("address", address_text(mapping.where.address));
	object.Set("prefixLength", prefix_length_shown(mapping.where.address, mapping.where.prefix_length));
	object.Set("tags", mapping.any_tags ? env.Null() : Napi::Value(tags));
	return object;
}

Napi::Object
to_js(Napi::Env env, const plain_record &record)
{
	Napi::Object object = Napi::Object::New(env);
	Napi::Array windows = Napi::Array::New(env, record.window_count);

	for (unsigned i = 0; i < record.window_count; i++)
		windows.Set(i, to_js(env, record.windows[i]));
	object.Set("subscriber", to_js(env, record.subscriber));
	object.Set("template", record.is_name ? env.Null() : Napi::Value(Napi::Number::New(env, record.number)));
	object.Set("package", record.is_name ? Napi::Value(Napi::Number::New(env, record.number)) : env.Null());
	object.Set("via", record.is_mapped ? Napi::Value(to_js(env, record.via)) : env.Null());
	object.Set("createdMs", to_js(env, record.created_ms));
	object.Set("lastSeenMs", to_js(env, record.last_seen_ms));
	object.Set("openSessions", record.open_sessions);
	object.Set("windows", windows);
	return object;
}

Napi::Error
to_js(Napi::Env env, const region_fault &fault)
{
	Napi::Error error = Napi::Error::New(env, fault.text);

	error.Set("code", fault.code);
	return error;
}

Napi::Array
bits_to_js(Napi::Env env, uint64_t bits)
{
	Napi::Array array = Napi::Array::New(env);

	for (unsigned bit = 0; bit < 64; bit++)
		if (bits >> bit & 1)
			array.Set(array.Length(), bit);
	return array;
}

Napi::Object
to_js(Napi::Env env, const plain_sample &sample)
{
	Napi::Object object = Napi::Object::New(env);

	object.Set("sequence", to_js(env, sample.sequence));
	object.Set("timeUs", to_js(env, sample.time_us));
	object.Set("link", sample.link);
	object.Set("side", sample.from_network ? "network" : "subscriber");
	object.Set("kind", sample.kind);
	object.Set("verdict", sample.verdict);
	object.Set("session", sample.state == nullptr ? env.Null() : Napi::String::New(env, sample.state));
	object.Set("services", bits_to_js(env, sample.services));
	object.Set("subscriber", sample.owned ? to_js(env, sample.subscriber) : env.Null());
	object.Set("generation", sample.generation == 0 ? env.Null() : Napi::Number::New(env, sample.generation));
	object.Set("length", sample.length);
	object.Set("bytes", Napi::Buffer<uint8_t>::Copy(env, sample.bytes, sample.captured));
	return object;
}

Napi::Object
to_js(Napi::Env env, const plain_usage &usage)
{
	Napi::Object object = Napi::Object::New(env);

	object.Set("subscriber", to_js(env, usage.subscriber));
	object.Set("service", usage.service);
	object.Set("sessions", usage.sessions);
	object.Set("refused", usage.refused);
	object.Set("bytes", to_js(env, usage.bytes));
	object.Set("destinations", Napi::Buffer<uint8_t>::Copy(env, usage.destinations, sizeof(usage.destinations)));
	return object;
}
