// What feeds and people tell in any order, through restarts of the daemon's keeper and of the fast path, against plain lists of who
// has what.

import test from "ava";
import fc from "fast-check";
import type { FeedSession, SubscriberEvent } from "../../../mgmt/subscribers/feed.ts";
import { mappingText } from "../../../mgmt/subscribers/mapping.ts";
import { keeping, keyOf } from "./parts.ts";

const names = ["alice", "bob", "carol"];
const texts = ["10.0.0.1", "10.0.0.2", "10.0.1.0/24", "2001:db8:30::/56", "VLAN 7", "10.0.0.1@7"];
const attributes = ["address", "prefix"];

interface Held {
  readonly text: string;
  name: string;
  /** Empty: a person's. */
  session: string;
  attribute: string;
  at: number;
  expiresAt: number | null;
}

const textOf = ({ feed, nas, id }: FeedSession) => [feed, nas, id].join();

class Model {
  held: Held[] = [];
  readonly known = new Set<string>();
  readonly ended = new Map<string, number>();

  tell(event: SubscriberEvent, now: number): void {
    if (event.kind === "login") this.#login(event);
    if (event.kind === "renew") {
      const own = this.held.filter(({ session, at }) => session === textOf(event.session) && at <= event.at);
      for (const each of own) Object.assign(each, { at: event.at, expiresAt: event.expiresAt });
    }
    if (event.kind === "logout") {
      this.#end(textOf(event.session), event.at);
      this.#drop(({ session, at }) => session === textOf(event.session) && at <= event.at);
    }
    if (event.kind === "clear") {
      const nas = `${event.feed},${event.nas},`;
      this.#end(nas, event.at);
      this.#drop(({ session, at }) => session.startsWith(nas) && at < event.at);
    }
    if (event.kind === "introduce" || event.kind === "map") this.#byPerson(event, now);
    if (event.kind === "unmap") {
      const told = event.keys.map(mappingText);
      this.#drop(({ name, text }) => name === event.name && told.includes(text));
    }
    if (event.kind === "remove") {
      this.known.delete(event.name);
      this.#drop(({ name }) => name === event.name);
    }
  }

  expire(now: number): void {
    this.#drop(({ expiresAt }) => expiresAt !== null && expiresAt <= now);
  }

  byText(): Record<string, string> {
    const pairs = this.held.map(({ text, name }) => [text, name] as const);
    return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #login({ name, mappings, session: told, at, expiresAt }: SubscriberEvent & { kind: "login" }): void {
    const session = textOf(told);
    const nas = `${told.feed},${told.nas},`;
    if (at <= (this.ended.get(session) ?? -1) || at < (this.ended.get(nas) ?? -1)) return;
    const distinct = [...new Map(mappings.map(({ key, attribute }) => [mappingText(key), attribute]))];
    const isNews = (before: Held | undefined) => !before || (before.session !== "" && before.at <= at);
    const news = distinct.filter(([text]) => isNews(this.#of(text)));
    const timely = distinct.filter(([text]) => isNews(this.#of(text)) || this.#of(text)?.session === "");
    if (news.length === 0 && !this.known.has(name)) return;
    this.known.add(name);
    this.#drop(
      (each) =>
        each.session === session &&
        each.at <= at &&
        timely.some(([, attribute]) => attribute === each.attribute) &&
        !timely.some(([text]) => text === each.text),
    );
    for (const [text, attribute] of news) {
      this.#put({ text, name, session, attribute, at, expiresAt });
    }
  }

  #byPerson({ kind, name, keys }: SubscriberEvent & { kind: "introduce" | "map" }, now: number): void {
    if (kind === "map" && !this.known.has(name)) return;
    this.known.add(name);
    if (!keys) return;
    const told = keys.map(mappingText);
    if (kind === "introduce")
      this.#drop((each) => each.name === name && each.session === "" && !told.includes(each.text));
    for (const text of told) this.#put({ text, name, session: "", attribute: "", at: now, expiresAt: null });
  }

  #of(text: string): Held | undefined {
    return this.held.find((each) => each.text === text);
  }

  #put(made: Held): void {
    this.#drop(({ text }) => text === made.text);
    this.held.push(made);
  }

  #drop(test: (each: Held) => boolean): void {
    this.held = this.held.filter((each) => !test(each));
  }

  #end(session: string, at: number): void {
    this.ended.set(session, Math.max(at, this.ended.get(session) ?? 0));
  }
}

const name = fc.constantFrom(...names);
const keys = fc.subarray(texts).map((some) => some.map(keyOf));
const session = fc.record({
  feed: fc.constant("radius"),
  nas: fc.constantFrom("n1", "n2"),
  id: fc.constantFrom("s1", "s2"),
});
/** Of when it happened: by the clock, or late. */
const late = fc.constantFrom(0, 0, 5000, 30_000);
const lasts = fc.option(fc.nat({ max: 60_000 }));

type Step = (now: number) => SubscriberEvent;

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ name, mapped: fc.subarray(texts), attribute: fc.constantFrom(...attributes), session, late, lasts }).map(
    ({ name, mapped, attribute, session, late, lasts }): Step =>
      (now) => ({
        ...{ kind: "login", name, session, at: now - late },
        mappings: mapped.map((text) => ({ key: keyOf(text), attribute })),
        expiresAt: lasts === null ? null : now + lasts,
      }),
  ),
  fc.record({ session, late, lasts }).map(
    ({ session, late, lasts }): Step =>
      (now) => ({ kind: "renew", session, at: now - late, expiresAt: lasts === null ? null : now + lasts }),
  ),
  fc.record({ session, late }).map(
    ({ session, late }): Step =>
      (now) => ({ kind: "logout", session, at: now - late }),
  ),
  fc.record({ session, late }).map(
    ({ session: { feed, nas }, late }): Step =>
      (now) => ({ kind: "clear", feed, nas, at: now - late }),
  ),
  fc.record({ name, keys }).map(
    ({ name, keys }): Step =>
      () => ({ kind: "introduce", name, package: 0, keys }),
  ),
  fc.record({ name, keys }).map(
    ({ name, keys }): Step =>
      () => ({ kind: "map", name, keys }),
  ),
  fc.record({ name, keys }).map(
    ({ name, keys }): Step =>
      () => ({ kind: "unmap", name, keys }),
  ),
  fc.record({ name }).map(
    ({ name }): Step =>
      () => ({ kind: "remove", name }),
  ),
);

const happenings = fc.oneof(
  { weight: 8, arbitrary: fc.record({ steps: fc.array(steps, { minLength: 1, maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ passes: fc.nat({ max: 40_000 }) }) },
  { weight: 1, arbitrary: fc.constantFrom("keeper", "adopting", "empty", "unreachable" as const) },
);

test("the file and the fast path have what plain lists have, whatever is told and restarted", async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(happenings, { maxLength: 30 }), async (all) => {
      const made = await keeping(t);
      const { engine, clock, settled } = made;
      const model = new Model();
      await settled();
      let starts = 1;
      for (const each of all) {
        if (each === "keeper") await made.restart();
        else if (each === "unreachable") {
          engine.answer = undefined;
          await made.keeper.take([{ kind: "unmap", name: "nobody", keys: [] }]);
        } else if (typeof each === "string") {
          engine.answer = { ok: true, generation: 1 };
          engine.restarted(++starts, each === "adopting");
        } else if ("passes" in each) {
          clock.bootMs += each.passes;
          await made.keeper.look();
          model.expire(clock.now());
        } else {
          const events = each.steps.map((step) => step(clock.now()));
          await made.keeper.take(events);
          for (const event of events) model.tell(event, clock.now());
          t.deepEqual(await made.held(), model.byText());
        }
      }
      engine.answer = { ok: true, generation: 1 };
      engine.restarted(++starts, true);
      await settled();
      model.expire(clock.now());
      t.deepEqual(await made.held(), model.byText());
      t.deepEqual(await made.obeyed(), model.byText());
      t.is(engine.names.size, made.keeper.figures.names);
      t.is(made.keeper.figures.names, model.known.size);
      await made.stop();
    }),
    { numRuns: 40 },
  );
});
