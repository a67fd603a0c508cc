// SPDX-License-Identifier: Apache-2.0
// What a user of this machine is called, asked on one of libuv's threads: the directory of users may be far away.

#pragma once

#include <napi.h>

// userName(uid: number): Promise<string | null>; null: nobody has the number. Rejects with an Error that has the system's reason.
Napi::Value user_name(const Napi::CallbackInfo &info);
