// SPDX-License-Identifier: Apache-2.0
// The walks over usage: see usage_worker.h.

#include "usage_worker.h"

#include "to_js.h"

// False: the file was cut short, and the promise is rejected.
static bool
told_whole(Napi::Env env, const region_reader *reader, const usage_walk &walk, Napi::Promise::Deferred &deferred)
{
	if (!walk.cut)
		return true;
	region_fault fault;
	region_reader_cut(reader, &fault);
	deferred.Reject(to_js(env, fault).Value());
	return false;
}

UsageWorker::UsageWorker(Napi::Env env, std::shared_ptr<const region_reader> reader, uint32_t minute, uint32_t from,
			 uint32_t max)
    : Napi::AsyncWorker(env), reader_(std::move(reader)), deferred_(Napi::Promise::Deferred::New(env)), max_(max)
{
	walk_.minute = minute;
	walk_.next = from;
}

Napi::Promise
UsageWorker::promise() const
{
	return deferred_.Promise();
}

void
UsageWorker::Execute()
{
	usage_found found;

	while (found_.size() < max_ && !over_) {
		over_ = !region_reader_usage(reader_.get(), &walk_, &found);
		if (!over_)
			found_.insert(found_.end(), found.each, found.each + found.count);
	}
}

void
UsageWorker::OnOK()
{
	Napi::Env env = Env();
	if (!told_whole(env, reader_.get(), walk_, deferred_))
		return;
	Napi::Object object = Napi::Object::New(env);
	Napi::Array usage = Napi::Array::New(env, found_.size());

	for (uint32_t i = 0; i < found_.size(); i++)
		usage.Set(i, to_js(env, found_[i]));
	object.Set("usage", usage);
	object.Set("next", over_ ? env.Null() : Napi::Number::New(env, walk_.next));
	object.Set("bad", walk_.bad);
	deferred_.Resolve(object);
}

void
UsageWorker::OnError(const Napi::Error &error)
{
	deferred_.Reject(error.Value());
}

TopsWorker::TopsWorker(Napi::Env env, std::shared_ptr<const region_reader> reader, uint32_t minute, uint32_t service,
		       usage_metric metric, uint32_t count)
    : Napi::AsyncWorker(env), reader_(std::move(reader)), deferred_(Napi::Promise::Deferred::New(env)), heap_(count)
{
	walk_.minute = minute;
	tops_.service = service;
	tops_.metric = metric;
	tops_.max = count;
}

Napi::Promise
TopsWorker::promise() const
{
	return deferred_.Promise();
}

void
TopsWorker::Execute()
{
	tops_.heap = heap_.data();
	region_reader_tops(reader_.get(), &walk_, &tops_);
}

void
TopsWorker::OnOK()
{
	Napi::Env env = Env();
	if (!told_whole(env, reader_.get(), walk_, deferred_))
		return;
	Napi::Object object = Napi::Object::New(env);
	Napi::Array found = Napi::Array::New(env, tops_.count);

	for (uint32_t i = 0; i < tops_.count; i++)
		found.Set(i, to_js(env, heap_[i].usage));
	object.Set("top", found);
	object.Set("active", tops_.active);
	object.Set("total", to_js(env, tops_.total));
	object.Set("bad", walk_.bad);
	deferred_.Resolve(object);
}

void
TopsWorker::OnError(const Napi::Error &error)
{
	deferred_.Reject(error.Value());
}
