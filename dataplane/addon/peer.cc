// SPDX-License-Identifier: Apache-2.0
// The other end of a Unix socket: see peer.h.

#include "peer.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

Napi::Value
peer_of(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	struct ucred peer = {};
	socklen_t length = sizeof(peer);
	int fd = info[0].As<Napi::Number>().Int32Value();

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
		int reason = errno;
		Napi::Error error =
			Napi::Error::New(env, "Who is connected cannot be told of descriptor " + std::to_string(fd) +
						      ": " + std::strerror(reason) + ".");
		error.Set("code", strerrorname_np(reason));
		throw error;
	}
	Napi::Object object = Napi::Object::New(env);
	object.Set("pid", Napi::Number::New(env, peer.pid));
	object.Set("uid", Napi::Number::New(env, peer.uid));
	object.Set("gid", Napi::Number::New(env, peer.gid));
	return object;
}
