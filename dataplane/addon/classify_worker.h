// SPDX-License-Identifier: Apache-2.0
// A classification on one of libuv's threads, since a policy of 100,000 prefixes takes a while to compile, and its promise.

#pragma once

#include "classification.h"

#include <napi.h>

#include <vector>

class ClassifyWorker : public Napi::AsyncWorker
{
      public:
	ClassifyWorker(Napi::Env env, std::vector<uint8_t> policy, const classification_question &question);

	Napi::Promise promise() const;

      private:
	void Execute() override; // on another thread: touches nothing of JavaScript
	void OnOK() override;
	void OnError(const Napi::Error &error) override;

	std::vector<uint8_t> policy_;
	classification_question question_;
	Napi::Promise::Deferred deferred_;
	struct classification_answer answer_ = {};
	std::vector<struct classification_override> overrides_;
};

// classify(policy, subscriber, network, protocol, serverPort, fromNetwork, nowMs): a promise.
Napi::Value classify(const Napi::CallbackInfo &info);
