// SPDX-License-Identifier: Apache-2.0
// Walks over what was used in a minute on one of libuv's threads, and the promises of what they find.

#pragma once

#include "region_reader.h"

#include <napi.h>

#include <memory>
#include <vector>

// Rows from a slot on, `max` or a few more: all of the last watch.
class UsageWorker : public Napi::AsyncWorker
{
      public:
	UsageWorker(Napi::Env env, std::shared_ptr<const region_reader> reader, uint32_t minute, uint32_t from,
		    uint32_t max);

	Napi::Promise promise() const;

      private:
	void Execute() override; // on another thread: touches nothing of JavaScript
	void OnOK() override;
	void OnError(const Napi::Error &error) override;

	std::shared_ptr<const region_reader> reader_;
	Napi::Promise::Deferred deferred_;
	uint32_t max_;
	std::vector<plain_usage> found_;
	bool over_ = false;
	usage_walk walk_ = {};
};

// Those who used most of a service.
class TopsWorker : public Napi::AsyncWorker
{
      public:
	TopsWorker(Napi::Env env, std::shared_ptr<const region_reader> reader, uint32_t minute, uint32_t service,
		   usage_metric metric, uint32_t count);

	Napi::Promise promise() const;

      private:
	void Execute() override;
	void OnOK() override;
	void OnError(const Napi::Error &error) override;

	std::shared_ptr<const region_reader> reader_;
	Napi::Promise::Deferred deferred_;
	std::vector<top> heap_;
	usage_tops tops_ = {};
	usage_walk walk_ = {};
};
