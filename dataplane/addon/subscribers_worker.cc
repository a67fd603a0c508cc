// SPDX-License-Identifier: Apache-2.0
// The walk over subscribers: see subscribers_worker.h.

#include "subscribers_worker.h"

#include "to_js.h"

SubscribersWorker::SubscribersWorker(Napi::Env env, std::shared_ptr<const region_reader> reader, subscriber_query query)
    : Napi::AsyncWorker(env), reader_(std::move(reader)), deferred_(Napi::Promise::Deferred::New(env)),
      query_(std::move(query))
{
}

Napi::Promise
SubscribersWorker::promise() const
{
	return deferred_.Promise();
}

void
SubscribersWorker::Execute()
{
	const subscriber_filter filter = {
		query_.containing.empty() ? nullptr : query_.containing.data(),
		query_.prefixes.data(),
		static_cast<uint32_t>(query_.prefixes.size()),
		query_.in_breach,
	};
	std::unique_ptr<subscriber_walk, decltype(&subscriber_walk_free)> walk(
		subscriber_walk_new(reader_.get(), &filter, query_.from), subscriber_walk_free);
	if (!walk) {
		SetError("There is no memory to look through the subscribers.");
		return;
	}

	plain_record record;
	read_ms_ = region_reader_now_ms();
	if (query_.max == 0)
		count_ = subscriber_walk_count(reader_.get(), walk.get());
	while (found_.size() < query_.max && !over_) {
		over_ = !subscriber_walk_next(reader_.get(), walk.get(), &record);
		if (!over_)
			found_.push_back(record);
	}
	end_ = subscriber_walk_ended(walk.get());
}

void
SubscribersWorker::OnOK()
{
	Napi::Env env = Env();
	if (end_.cut) {
		region_fault fault;
		region_reader_cut(reader_.get(), &fault);
		deferred_.Reject(to_js(env, fault).Value());
		return;
	}
	Napi::Object object = Napi::Object::New(env);
	Napi::Array subscribers = Napi::Array::New(env, found_.size());

	for (uint32_t i = 0; i < found_.size(); i++)
		subscribers.Set(i, to_js(env, found_[i]));
	object.Set("readMs", to_js(env, read_ms_));
	object.Set("subscribers", subscribers);
	object.Set("count", query_.max == 0 ? count_ : static_cast<uint32_t>(found_.size()));
	object.Set("next", over_ || query_.max == 0 ? env.Null() : Napi::Number::New(env, end_.next));
	object.Set("bad", end_.bad);
	deferred_.Resolve(object);
}

void
SubscribersWorker::OnError(const Napi::Error &error)
{
	deferred_.Reject(error.Value());
}
