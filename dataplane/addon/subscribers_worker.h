// SPDX-License-Identifier: Apache-2.0
// A walk over the subscribers of a region on one of libuv's threads, and the promise of what it finds.

#pragma once

#include "region_reader.h"

#include <napi.h>

#include <array>
#include <memory>
#include <vector>

// A subscriber_filter that owns what it points to.
struct subscriber_query {
	std::vector<uint8_t> containing; // 16 bytes or none
	std::vector<plain_prefix> prefixes;
	bool in_breach;
	uint32_t from; // slot
	uint32_t max;  // 0: they are only counted
};

class SubscribersWorker : public Napi::AsyncWorker
{
      public:
	SubscribersWorker(Napi::Env env, std::shared_ptr<const region_reader> reader, subscriber_query query);

	Napi::Promise promise() const;

      private:
	void Execute() override; // on another thread: touches nothing of JavaScript
	void OnOK() override;
	void OnError(const Napi::Error &error) override;

	std::shared_ptr<const region_reader> reader_;
	Napi::Promise::Deferred deferred_;
	subscriber_query query_;
	std::vector<plain_record> found_;
	uint32_t count_ = 0;
	bool over_ = false;
	subscriber_walk_end end_ = {};
	uint64_t read_ms_ = 0;
};
