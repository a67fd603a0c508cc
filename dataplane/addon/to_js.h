// SPDX-License-Identifier: Apache-2.0
// Plain copies as JavaScript objects, in the shapes of mgmt/engine/region_data.ts. 64-bit numbers become Numbers: times in
// milliseconds and counters stay below 2^53 for centuries and decades; what a damaged region says beyond is rounded.

#pragma once

#include "plain.h"
#include "region_reader.h"

#include <napi.h>

#include <string>

Napi::Object to_js(Napi::Env env, const numbers &numbers);
Napi::Array to_js(Napi::Env env, const histogram &histogram);
Napi::Object to_js(Napi::Env env, const plain_breach &breach);
Napi::Object to_js(Napi::Env env, const plain_event &event);
Napi::Object to_js(Napi::Env env, const plain_record &record);
Napi::Object to_js(Napi::Env env, const plain_sample &sample);
Napi::Object to_js(Napi::Env env, const plain_usage &usage);

// The numbers of the bits that are set.
Napi::Array bits_to_js(Napi::Env env, uint64_t bits);

// An Error with a `code`.
Napi::Error to_js(Napi::Env env, const region_fault &fault);

// "192.0.2.1" or "2001:db8::1" from the 16 bytes of core/address.h.
std::string address_text(const uint8_t bytes[16]);

// Of a prefix of those bytes, in bits of the address as it is shown.
unsigned prefix_length_shown(const uint8_t bytes[16], unsigned length);

inline Napi::Number
to_js(Napi::Env env, uint64_t number)
{
	return Napi::Number::New(env, static_cast<double>(number));
}
