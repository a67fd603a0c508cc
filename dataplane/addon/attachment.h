// SPDX-License-Identifier: Apache-2.0
// The class Attachment: one region, read. mgmt/engine/native.ts is its face, which checks arguments and gives types.

#pragma once

#include "region_reader.h"

#include <napi.h>

#include <memory>

class Attachment : public Napi::ObjectWrap<Attachment>
{
      public:
	static Napi::Function define(Napi::Env env);

	// new Attachment(path: string). Throws an Error with a `code`.
	explicit Attachment(const Napi::CallbackInfo &info);

      private:
	Napi::Value header(const Napi::CallbackInfo &info);
	Napi::Value live(const Napi::CallbackInfo &info);
	Napi::Value counters(const Napi::CallbackInfo &info);
	void resume(const Napi::CallbackInfo &info);          // (ring: number, sequence: number)
	Napi::Value events(const Napi::CallbackInfo &info);   // (max: number)
	Napi::Value samples(const Napi::CallbackInfo &info);  // (channel: number, max: number)
	Napi::Value breached(const Napi::CallbackInfo &info); // a promise
	// (containing: bytes or null, prefixes: bytes, inBreach: boolean, from: number, max: number): a promise
	Napi::Value subscribers(const Napi::CallbackInfo &info);
	// (minute: number, from: number, max: number): a promise
	Napi::Value usage(const Napi::CallbackInfo &info);
	// (minute: number, service: number, metric: number, count: number): a promise
	Napi::Value tops(const Napi::CallbackInfo &info);
	void close(const Napi::CallbackInfo &info);

	// Throws when it is closed, or an Error with a `code` when the file was cut short.
	region_reader *reader(Napi::Env env) const;

	// Shared with walks that may outlive close().
	std::shared_ptr<region_reader> reader_;
};
