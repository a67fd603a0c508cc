// A keeper of names with a real file, and a fast path that does what it is told of them.

import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { EngineError } from "../../../mgmt/engine/engine_port.ts";
import { FakeEngine } from "../../../mgmt/engine/fake_engine.ts";
import { changesOf, type MappingKey } from "../../../mgmt/engine/subscriber_change.ts";
import type { FeedSession, Login } from "../../../mgmt/subscribers/feed.ts";
import { mappingText, parseMapping } from "../../../mgmt/subscribers/mapping.ts";
import { SubscriberKeeper, type SubscriberKeeperParts } from "../../../mgmt/subscribers/names/keeper.ts";
import { NameStore } from "../../../mgmt/subscribers/names/store.ts";
import { directory, FakeClock, region } from "../../daemon/parts.ts";

/** Does what it is told of names and mappings, as the fast path's records would have it. */
export class ObeyingEngine extends FakeEngine {
  readonly names = new Map<number, { package: number; epoch: number }>();
  /** By the key, in hexadecimal. */
  readonly mappings = new Map<string, { id: number; epoch: number }>();

  override async changeSubscribers(epoch: number, changes: Uint8Array): Promise<{ readonly refused: number }> {
    await super.changeSubscribers(epoch, changes);
    let refused = this.refused;
    for (const { kind, id, package: packageId, key } of changesOf(changes)) {
      if (kind === "name") this.names.set(id, { package: packageId, epoch });
      else if (kind === "forget") this.#forget(id);
      else if (kind === "unmap") this.#unmap(id, key);
      else if (this.names.has(id)) this.mappings.set(key, { id, epoch });
      else refused++;
    }
    return { refused };
  }

  override async sweepSubscribers(epoch: number): Promise<void> {
    await super.sweepSubscribers(epoch);
    for (const [key, mapping] of this.mappings) if (mapping.epoch !== epoch) this.mappings.delete(key);
    for (const [id, name] of this.names) if (name.epoch !== epoch) this.#forget(id);
  }

  /** Another process takes over: it has what was there, or nothing. */
  restarted(starts: number, keeps: boolean): void {
    if (!keeps) {
      this.names.clear();
      this.mappings.clear();
    }
    this.attach(region({ starts, region: keeps ? "region-1" : `region-${starts}` }));
  }

  gone(): void {
    this.detach(new EngineError("absent", "It went away."));
  }

  #forget(id: number): void {
    this.names.delete(id);
    for (const [key, mapping] of this.mappings) if (mapping.id === id) this.mappings.delete(key);
  }

  #unmap(id: number, key: string): void {
    if (this.mappings.get(key)?.id === id) this.mappings.delete(key);
  }
}

export interface Keeping {
  readonly keeper: SubscriberKeeper;
  readonly names: NameStore;
  readonly engine: ObeyingEngine;
  readonly clock: FakeClock;
  readonly lines: string[];
  readonly settings: { aware: boolean; ageingMinutes: number | null };
  /** Ids that must not be forgotten. */
  readonly needed: number[];
  readonly file: string;
  /** Another keeper takes this one's place, with the same file and fast path; he is told of a configuration, or not yet. */
  restart(hasConfiguration?: boolean): Promise<void>;
  /** Before the test ends. */
  stop(): Promise<void>;
  /** Until the fast path has what the file has. */
  settled(): Promise<void>;
  /** Mappings by the file: text and name. */
  held(): Promise<Record<string, string>>;
  /** Mappings by the fast path. */
  obeyed(): Promise<Record<string, string>>;
}

/** A keeper that gathers nothing, in a daemon whose fast path serves. Its looks are asked for by the test. */
export async function keeping(t: ExecutionContext, changes: Partial<SubscriberKeeperParts> = {}): Promise<Keeping> {
  const file = join(directory(t), "subscribers.db");
  const names = new NameStore();
  await names.start(file);
  t.teardown(() => names.stop());
  const engine = new ObeyingEngine();
  const clock = new FakeClock();
  engine.nowMs = clock.nowMs;
  const lines: string[] = [];
  const settings: Keeping["settings"] = { aware: true, ageingMinutes: null };
  const needed: number[] = [];
  let epoch = 0;
  const made = () =>
    new SubscriberKeeper({
      ...{ names, engine, clock, settings: () => settings, wait: async () => {}, epoch: () => ++epoch },
      log: { say: (_, text) => void lines.push(text) },
      needed: async (ids) => ids.filter((id) => needed.includes(id)),
      ...changes,
    });
  let keeper = made();
  keeper.obey();
  engine.attach(region());
  await engine.start({ attached: () => keeper.attached(), detached: () => {} }, []);
  t.teardown(() => keeper.stop());
  const settled = async () => {
    clock.bootMs += 5000;
    await keeper.look();
  };
  const textsOf = async () => {
    const all = await names.call("page", {}, "", 1000);
    return (await Promise.all(all.map((name) => names.call("named", name)))).flatMap((each) => each ?? []);
  };
  return {
    ...{ names, engine, clock, lines, settings, needed, file, settled },
    get keeper() {
      return keeper;
    },
    async restart(hasConfiguration = true) {
      await keeper.stop();
      keeper = made();
      keeper.attached();
      if (hasConfiguration) keeper.obey();
    },
    async stop() {
      await keeper.stop();
      await names.stop();
    },
    async held() {
      const named = await textsOf();
      return inOrder(named.flatMap(({ name, mappings }) => mappings.map(({ text }) => [text, name])));
    },
    async obeyed() {
      const named = new Map((await textsOf()).map(({ id, name }) => [id, name]));
      const texts = [...engine.mappings].map(([key, { id }]) => [textOf(key), named.get(id) ?? `${id}`]);
      return inOrder(texts);
    },
  };
}

/** `text`: of a mapping. */
export function keyOf(text: string): MappingKey {
  const key = parseMapping(text);
  if (!key) throw new Error(`${text} is no mapping.`);
  return key;
}

export function session(id: string, nas = "nas-1"): FeedSession {
  return { feed: "radius", nas, id };
}

/** Somebody comes, with addresses of one attribute. */
export function login(name: string, texts: readonly string[], at: number, changes: Partial<Login> = {}): Login {
  const mappings = texts.map((text) => ({ key: keyOf(text), attribute: "Framed-IP-Address" }));
  return { kind: "login", name, mappings, session: session(name), at, expiresAt: null, ...changes };
}

function textOf(hex: string): string {
  return mappingText(Uint8Array.from(Buffer.from(hex, "hex")));
}

function inOrder(pairs: readonly (readonly string[])[]): Record<string, string> {
  return Object.fromEntries(pairs.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}
