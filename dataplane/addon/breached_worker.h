// SPDX-License-Identifier: Apache-2.0
// A walk over the breaches of a region on one of libuv's threads, and the promise of what it finds.

#pragma once

#include "region_reader.h"

#include <napi.h>

#include <memory>
#include <vector>

class BreachedWorker : public Napi::AsyncWorker
{
      public:
	BreachedWorker(Napi::Env env, std::shared_ptr<const region_reader> reader);

	Napi::Promise promise() const;

      private:
	void Execute() override; // on another thread: touches nothing of JavaScript
	void OnOK() override;
	void OnError(const Napi::Error &error) override;

	std::shared_ptr<const region_reader> reader_;
	Napi::Promise::Deferred deferred_;
	struct breach {
		uint32_t slot, generation; // of its watch
		plain_breach facts;
	};
	std::vector<breach> found_;
	breach_walk walk_ = {};
	uint64_t read_ms_ = 0;
};
