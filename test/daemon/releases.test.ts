// Who released whom: found again when the end event comes, whichever daemon reads it.
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { Releases } from "../../mgmt/breaches/releases.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { Store } from "../../mgmt/store/store.ts";
import { breachFacts, DETECTOR, directory, FakeClock } from "./parts.ts";

const { subscriber } = breachFacts();
const asked = { subscriber, detector: 0, user: "anna", from: "192.0.2.7", why: "he cleaned it up" };
const facts = { subscriber, detector: DETECTOR };

async function releasing(t: ExecutionContext, state: string, clock = new FakeClock()) {
  const store = new Store();
  await store.start(join(state, "store"));
  t.teardown(() => store.stop());
  const releases = new Releases({ store, clock });
  await releases.load();
  return { releases, store, clock };
}

test("a release is found by the next daemon, too, and only by what it was asked for", async (t) => {
  const state = directory(t);
  const first = await releasing(t, state);
  await first.releases.keep(asked);
  await first.store.stop();
  const { releases, clock } = await releasing(t, state);
  t.deepEqual(releases.of(facts), { ...asked, at: clock.now() });
  t.is(releases.of({ ...facts, subscriber: { ...subscriber, outerVlan: 7 } }), undefined);
  t.is(releases.of({ ...facts, subscriber: breachFacts({ host: 67 }).subscriber }), undefined);
});

test("of two releases the later one is meant: of every detector, or of this one", async (t) => {
  const { releases, clock } = await releasing(t, directory(t));
  await releases.keep(asked);
  clock.bootMs++;
  await releases.keep({ ...asked, detector: DETECTOR, user: "bert" });
  t.is(releases.of(facts)?.user, "bert");
  t.is(releases.of({ ...facts, detector: 99 })?.user, "anna");
  clock.bootMs++;
  await releases.keep({ ...asked, user: "cleo" });
  t.is(releases.of(facts)?.user, "cleo");
});

test("a release is forgotten when no end of it can come any more", async (t) => {
  const state = directory(t);
  const { releases, store, clock } = await releasing(t, state);
  await releases.keep(asked);
  clock.bootMs += 3_600_001;
  await releases.keep({ ...asked, subscriber: breachFacts({ host: 67 }).subscriber });
  t.is(releases.of(facts), undefined);
  t.is((await store.call("releases", 0)).length, 1);
});

test("a store that cannot keep it keeps nobody from being released", async (t) => {
  const clock = new FakeClock();
  const call = async () => {
    throw new Sentence("The disk is full.");
  };
  const releases = new Releases({ store: { call }, clock });
  await releases.keep(asked);
  t.is(releases.of(facts)?.user, "anna");
});
