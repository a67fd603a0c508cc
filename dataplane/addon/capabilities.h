// SPDX-License-Identifier: Apache-2.0
// The one capability that the daemon keeps when it stops being root: CAP_NET_BIND_SERVICE, for what it listens at is
// configuration. Of the calling thread alone: it is the one that binds.

#pragma once

#include <napi.h>

// keepCapabilities(): what is permitted stays permitted when the thread's user changes next. Throws an Error.
void keep_capabilities(const Napi::CallbackInfo &info);

// onlyBindService(): from now on that capability and no other is permitted and in effect, none is handed on, and no program
// that is started gets more. Throws an Error.
void only_bind_service(const Napi::CallbackInfo &info);
