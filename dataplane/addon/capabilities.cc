// SPDX-License-Identifier: Apache-2.0
// What the daemon may do after it was root: see capabilities.h.

#include "capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

static void
check(Napi::Env env, const char *what, long result)
{
	if (result != 0)
		throw Napi::Error::New(env, std::string(what) + ": " + std::strerror(errno) + ".");
}

void
keep_capabilities(const Napi::CallbackInfo &info)
{
	check(info.Env(), "Capabilities cannot be kept", prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
}

void
only_bind_service(const Napi::CallbackInfo &info)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	// Of 64 capabilities, 32 each.
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};

	sets[0].effective = sets[0].permitted = 1U << CAP_NET_BIND_SERVICE;
	check(info.Env(), "Capabilities cannot be given up", syscall(SYS_capset, &header, sets));
	check(info.Env(), "Capabilities cannot be kept from others", prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0));
	check(info.Env(), "Programs cannot be kept from more rights", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}
