// SPDX-License-Identifier: Apache-2.0
// The class Engine: core on packets and times, in this process. mgmt/engine/native.ts is its face, which checks arguments and
// gives types.

#pragma once

#include "capture.h"
#include "offline_engine.h"

#include <napi.h>

#include <memory>

class Engine : public Napi::ObjectWrap<Engine>
{
      public:
	static Napi::Function define(Napi::Env env);

	// new Engine(sessions: number, subscribers: number, watches: number, detectors: number, policy: Uint8Array).
	explicit Engine(const Napi::CallbackInfo &info);

      private:
	void apply(const Napi::CallbackInfo &info); // (policy: Uint8Array)
	// (epoch: number, changes: Uint8Array): how many were refused
	Napi::Value changeSubscribers(const Napi::CallbackInfo &info);
	void sweepSubscribers(const Napi::CallbackInfo &info); // (epoch: number)
	Napi::Value
	packet(const Napi::CallbackInfo &info);       // (bytes: Uint8Array, fromNetwork: boolean, link, nowMs: number)
	void advance(const Napi::CallbackInfo &info); // (nowMs: number)
	Napi::Value events(const Napi::CallbackInfo &info);
	Napi::Value counters(const Napi::CallbackInfo &info);
	void open(const Napi::CallbackInfo &info);        // (path: string): the capture that `next` reads
	Napi::Value next(const Napi::CallbackInfo &info); // the next frame, judged; null at the end

	std::unique_ptr<offline_engine, decltype(&offline_engine_free)> engine_;
	std::unique_ptr<capture, decltype(&capture_close)> capture_;
};
