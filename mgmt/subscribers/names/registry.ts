// What feeds and people tell of names and mappings, judged: what is later holds, and each session undoes only its own. Runs in the
// thread of names, within a transaction of its caller's.

import type { MappingKey } from "../../engine/subscriber_change.ts";
import type { Clear, Introduce, Login, Logout, Outcome, Renewal, SubscriberEvent } from "../feed.ts";
import { isName } from "../name.ts";
import type { Holdings, Made, Owner } from "./holdings.ts";
import { type MappingRow, STATIC } from "./mapping-table.ts";
import type { NameRow } from "./name-table.ts";
import { AHEAD_MS, type KnownSession } from "./session-table.ts";

/** Sessions of a NAS that ended, at once: others wait. */
const CLEARED = 1000;

/** A mapping as it is told, and whose it is. */
interface Told {
  readonly key: MappingKey;
  readonly attribute: string;
  readonly row: MappingRow | undefined;
}

export class Registry {
  readonly #holdings: Holdings;

  constructor(holdings: Holdings) {
    this.#holdings = holdings;
  }

  /** `now`: when what a person says holds from. */
  apply(event: SubscriberEvent, now: number): Outcome {
    const outcome = this.#apply(event, now);
    if (outcome === "refused-name") this.#holdings.count("refusedNames");
    if (outcome === "full" || outcome === "stale") this.#holdings.count(outcome);
    return outcome;
  }

  /** Takes away some mappings whose time is over. */
  expire(now: number, limit: number): void {
    for (const row of this.#holdings.mappings.expired(now, limit)) {
      this.#holdings.unmap(row, now);
      this.#holdings.count("expired");
    }
  }

  /** Takes away some of what NASes told of before they ended. Whether there was something, or may be more. */
  clearOn(now: number): boolean {
    const { sessions, mappings } = this.#holdings;
    const { at, sessions: ids } = sessions.clearOn(CLEARED) ?? { at: 0, sessions: [] };
    const made = ids.flatMap((id) => mappings.ofSession(id)).filter((row) => isEarlier(row.at, at - 1, now));
    for (const row of made) this.#holdings.unmap(row, now);
    return made.length > 0 || sessions.isClearing();
  }

  /** Of names without a mapping those that are needed are forgotten later, the others now. */
  age(ids: readonly number[], needed: ReadonlySet<number>, now: number): void {
    for (const id of ids) {
      if (needed.has(id)) this.#holdings.names.setIdle(id, now);
      else {
        this.#holdings.forget(id, now);
        this.#holdings.count("aged");
      }
    }
  }

  #apply(event: SubscriberEvent, now: number): Outcome {
    switch (event.kind) {
      case "login":
        return this.#login(event, now);
      case "renew":
        return this.#renew(event, now);
      case "logout":
        return this.#logout(event, now);
      case "clear":
        return this.#clear(event, now);
      case "introduce":
        return this.#introduce(event, now);
      case "map":
        return this.#withName(event.name, (row) => this.#mapStatic({ ...row }, distinct(event.keys), now));
      case "unmap":
        return this.#withName(event.name, (row) => this.#unmapKeys(row.id, event.keys, now));
      case "remove":
        return this.#withName(event.name, (row) => {
          this.#holdings.forget(row.id, now);
          return "applied";
        });
    }
  }

  #withName(name: string, act: (row: NameRow) => Outcome): Outcome {
    const row = this.#holdings.names.find(name);
    return row && !row.isForgotten ? act(row) : "unknown-name";
  }

  #login(event: Login, now: number): Outcome {
    const { name, session, at } = event;
    if (!isName(name)) return "refused-name";
    const { names, mappings, sessions } = this.#holdings;
    const before = sessions.find(session);
    if (isOver(before, at, now)) return "stale";
    const told = distinct(event.mappings, ({ key }) => key).map((mapping) => ({
      ...mapping,
      row: mappings.find(mapping.key),
    }));
    const timely = told.filter(({ row }) => !row || row.session === STATIC || isEarlier(row.at, at, now));
    if (told.length > 0 && timely.length === 0) return "stale";
    const known = names.find(name);
    const isHeld = timely.some(({ row }) => row?.session === STATIC && row.name !== known?.id);
    const news = timely.filter(({ row }) => row?.session !== STATIC);
    if (news.length === 0 && (!known || known.isForgotten)) return isHeld ? "held" : "unchanged";
    if (!this.#hasRoom(known, news.filter(({ row }) => !row).length)) return "full";
    const owner = this.#holdings.known(name, known, event.package ?? known?.package ?? 0, now);
    const given = this.#givePackage(owner, event, now);
    const replaced = before.id === null ? [] : this.#replaced(before.id, timely, at, now);
    const mapped = news.length > 0 && this.#mapTold({ ...owner }, news, event, before.id, now);
    for (const row of replaced) this.#holdings.unmap(row, now);
    if (isHeld) return "held";
    return owner !== known || given || mapped || replaced.length > 0 ? "applied" : "unchanged";
  }

  /** One that a person gave stays. */
  #givePackage(
    { id, fixed, package: has, packageAt }: NameRow,
    { package: packageId, at }: Login,
    now: number,
  ): boolean {
    if (packageId === undefined || packageId === has || fixed || !isEarlier(packageAt, at, now)) return false;
    this.#holdings.setPackage(id, packageId, at);
    return true;
  }

  /** `before`: the session's id, if it is known. */
  #mapTold(owner: Owner, news: readonly Told[], login: Login, before: number | null, now: number): boolean {
    const { at, expiresAt, session } = login;
    const id = before ?? this.#holdings.sessions.begin(session);
    let changed = false;
    for (const { key, attribute, row } of news) {
      const made = { session: id, attribute, at, expires_at: expiresAt };
      if (this.#holdings.map(owner, key, row, made, now)) changed = true;
    }
    return changed;
  }

  /** What the session made before of the attributes that it tells now. */
  #replaced(session: number, told: readonly Told[], at: number, now: number): MappingRow[] {
    const isReplaced = (row: MappingRow) =>
      told.some(({ attribute }) => attribute === row.attribute) && !told.some(({ key }) => isSame(key, row.key));
    return this.#holdings.mappings.ofSession(session).filter((row) => isEarlier(row.at, at, now) && isReplaced(row));
  }

  #renew({ session, at, expiresAt }: Renewal, now: number): Outcome {
    const { sessions, mappings } = this.#holdings;
    const { id } = sessions.find(session);
    const made = id === null ? [] : mappings.ofSession(id);
    const earlier = made.filter((row) => isEarlier(row.at, at, now));
    for (const row of earlier) mappings.change({ ...row, at, expires_at: expiresAt });
    if (made.length === 0) return "not-its-own";
    return earlier.length > 0 ? "applied" : "stale";
  }

  #logout({ session, at }: Logout, now: number): Outcome {
    const { sessions, mappings } = this.#holdings;
    const { id } = sessions.find(session);
    sessions.end(session, at, now);
    const made = id === null ? [] : mappings.ofSession(id).filter((row) => isEarlier(row.at, at, now));
    for (const row of made) this.#holdings.unmap(row, now);
    if (made.length === 0) return "not-its-own";
    this.#holdings.count("logouts");
    return "applied";
  }

  /** The NAS's end is known at once; of very many sessions the first are cleared, and the others by `clearOn`. */
  #clear({ feed, nas, at }: Clear, now: number): Outcome {
    this.#holdings.sessions.endAll(feed, nas, at, now);
    return this.clearOn(now) ? "applied" : "unchanged";
  }

  #introduce({ name, package: packageId, keys: typed }: Introduce, now: number): Outcome {
    if (!isName(name)) return "refused-name";
    const keys = typed && distinct(typed);
    if (!this.#holdings.hasRoomFor(keys?.length ?? 0)) return "full";
    if (this.#introduceNew(name, packageId, keys ?? [], now)) return "applied";
    const known = this.#holdings.names.find(name);
    if (!this.#hasRoom(known, 0)) return "full";
    const owner = this.#holdings.known(name, known, packageId, now);
    if (!owner.fixed) this.#holdings.fix(owner.id);
    if (owner.package !== packageId) this.#holdings.setPackage(owner.id, packageId, now);
    const changed = owner !== known || !owner.fixed || owner.package !== packageId;
    return (keys && this.#replaceStatic({ ...owner }, keys, now)) || changed ? "applied" : "unchanged";
  }

  /** False: there is such a name already, or no room for it. Of a million most are new: they are not looked for first. */
  #introduceNew(name: string, packageId: number, keys: readonly MappingKey[], now: number): boolean {
    if (!this.#holdings.hasRoomForName()) return false;
    const id = this.#holdings.add(name, packageId, { fixed: true, isIdle: keys.length === 0 }, now);
    if (id === undefined) return false;
    const owner = { id, isIdle: false };
    for (const key of keys) this.#holdings.map(owner, key, undefined, staticRow(now), now);
    return true;
  }

  #replaceStatic(owner: Owner, keys: readonly MappingKey[], now: number): boolean {
    const others = this.#holdings.mappings
      .ofName(owner.id)
      .filter((row) => row.session === STATIC && !keys.some((key) => isSame(key, row.key)));
    const changed = this.#mapStatic(owner, keys, now) === "applied";
    for (const row of others) this.#holdings.unmap(row, now);
    return changed || others.length > 0;
  }

  #mapStatic(owner: Owner, keys: readonly MappingKey[], now: number): Outcome {
    const rows = keys.map((key) => ({ key, row: this.#holdings.mappings.find(key) }));
    if (!this.#holdings.hasRoomFor(rows.filter(({ row }) => !row).length)) return "full";
    const changed = rows.filter(({ key, row }) => this.#holdings.map(owner, key, row, staticRow(now), now));
    return changed.length > 0 ? "applied" : "unchanged";
  }

  #unmapKeys(id: number, keys: readonly MappingKey[], now: number): Outcome {
    const rows = keys.flatMap((key) => this.#holdings.mappings.find(key) ?? []).filter((row) => row.name === id);
    for (const row of rows) this.#holdings.unmap(row, now);
    return rows.length > 0 ? "applied" : "unchanged";
  }

  #hasRoom(name: NameRow | undefined, mappings: number): boolean {
    const isNew = !name || name.isForgotten;
    return this.#holdings.hasRoomFor(mappings) && (!isNew || this.#holdings.hasRoomForName());
  }
}

/** What is known of `known` was before what is told of `at`, or at the same time. */
function isEarlier(known: number, at: number, now: number): boolean {
  return known <= at || known > now + AHEAD_MS;
}

/** Of a NAS's own end what is told with the same time is of after it: proxies pass on at once what waited. */
function isOver({ endedAt, nasEndedAt }: KnownSession, at: number, now: number): boolean {
  return (
    (endedAt !== null && !isEarlier(endedAt, at - 1, now)) || (nasEndedAt !== null && !isEarlier(nasEndedAt, at, now))
  );
}

function staticRow(at: number): Made {
  return { session: STATIC, attribute: "", at, expires_at: null };
}

/** Each key once. */
function distinct(keys: readonly MappingKey[]): readonly MappingKey[];
function distinct<T>(list: readonly T[], keyOf: (item: T) => MappingKey): readonly T[];
function distinct<T>(list: readonly T[], keyOf = (item: T) => item as MappingKey): readonly T[] {
  if (list.length < 2) return list;
  return [...new Map(list.map((item) => [Buffer.from(keyOf(item)).toString("latin1"), item])).values()];
}

function isSame(one: MappingKey, other: MappingKey): boolean {
  return Buffer.compare(one, other) === 0;
}
