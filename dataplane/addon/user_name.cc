// SPDX-License-Identifier: Apache-2.0
// The name of a user: see user_name.h.

#include "user_name.h"

#include <pwd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace
{

class UserNameWorker : public Napi::AsyncWorker
{
      public:
	UserNameWorker(Napi::Env env, uid_t uid)
	    : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), uid_(uid)
	{
	}

	Napi::Promise promise() const
	{
		return deferred_.Promise();
	}

      private:
	void Execute() override
	{
		std::vector<char> text(1024);
		passwd user, *found = nullptr;
		int error;

		while ((error = getpwuid_r(uid_, &user, text.data(), text.size(), &found)) == ERANGE)
			text.resize(text.size() * 2);
		if (error != 0)
			SetError(std::strerror(error));
		else if (found != nullptr)
			name_ = found->pw_name;
	}

	void OnOK() override
	{
		deferred_.Resolve(name_.empty() ? Env().Null() : Napi::String::New(Env(), name_));
	}

	void OnError(const Napi::Error &error) override
	{
		deferred_.Reject(error.Value());
	}

	Napi::Promise::Deferred deferred_;
	uid_t uid_;
	std::string name_;
};

} // namespace

Napi::Value
user_name(const Napi::CallbackInfo &info)
{
	auto *worker = new UserNameWorker(info.Env(), info[0].As<Napi::Number>().Uint32Value());
	Napi::Promise promise = worker->promise();

	worker->Queue();
	return promise;
}
