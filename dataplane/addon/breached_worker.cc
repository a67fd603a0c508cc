// SPDX-License-Identifier: Apache-2.0
// The walk over breaches: see breached_worker.h.

#include "breached_worker.h"

#include "to_js.h"

BreachedWorker::BreachedWorker(Napi::Env env, std::shared_ptr<const region_reader> reader)
    : Napi::AsyncWorker(env), reader_(std::move(reader)), deferred_(Napi::Promise::Deferred::New(env))
{
}

Napi::Promise
BreachedWorker::promise() const
{
	return deferred_.Promise();
}

void
BreachedWorker::Execute()
{
	breached_watch found;

	read_ms_ = region_reader_now_ms();
	while (region_reader_breached(reader_.get(), &walk_, &found))
		for (unsigned i = 0; i < found.count; i++)
			found_.push_back({found.slot, found.generation, found.breaches[i]});
}

void
BreachedWorker::OnOK()
{
	Napi::Env env = Env();
	if (walk_.cut) {
		region_fault fault;
		region_reader_cut(reader_.get(), &fault);
		deferred_.Reject(to_js(env, fault).Value());
		return;
	}
	Napi::Object object = Napi::Object::New(env);
	Napi::Array breaches = Napi::Array::New(env);

	for (const breach &found : found_) {
		Napi::Object breach = to_js(env, found.facts);
		Napi::Object watch = Napi::Object::New(env);
		watch.Set("slot", found.slot);
		watch.Set("generation", found.generation);
		breach.Set("watch", watch);
		breaches.Set(breaches.Length(), breach);
	}
	object.Set("readMs", to_js(env, read_ms_));
	object.Set("breaches", breaches);
	object.Set("bad", walk_.bad);
	deferred_.Resolve(object);
}

void
BreachedWorker::OnError(const Napi::Error &error)
{
	deferred_.Reject(error.Value());
}
