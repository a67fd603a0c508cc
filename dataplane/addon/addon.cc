// SPDX-License-Identifier: Apache-2.0
// The addon postern.node: the daemon's only road to the fast path, and the engine for replay and tests.

#include "attachment.h"
#include "capabilities.h"
#include "classify_worker.h"
#include "engine_class.h"
#include "peer.h"
#include "to_js.h"
#include "user_name.h"

static Napi::Value
boot_time_ms(const Napi::CallbackInfo &info)
{
	return to_js(info.Env(), region_reader_now_ms());
}

static Napi::Object
initialise(Napi::Env env, Napi::Object exports)
{
	exports.Set("Attachment", Attachment::define(env));
	exports.Set("Engine", Engine::define(env));
	exports.Set("peerOf", Napi::Function::New(env, peer_of));
	exports.Set("userName", Napi::Function::New(env, user_name));
	exports.Set("keepCapabilities", Napi::Function::New(env, keep_capabilities));
	exports.Set("onlyBindService", Napi::Function::New(env, only_bind_service));
	exports.Set("classify", Napi::Function::New(env, classify));
	exports.Set("bootTimeMs", Napi::Function::New(env, boot_time_ms));
	return exports;
}

NODE_API_MODULE(postern, initialise)
