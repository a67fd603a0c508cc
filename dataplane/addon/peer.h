// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a Unix socket.

#pragma once

#include <napi.h>

// peerOf(fd: number): {pid, uid, gid} of the process that connected, as the kernel knows them (SO_PEERCRED). Throws an
// Error with the code of the system's, as Node's own have it.
Napi::Value peer_of(const Napi::CallbackInfo &info);
