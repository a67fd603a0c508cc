// Who has which mapping: each step in the file, and as changes that the fast path is to be sent. Runs in the thread of names, within
// a transaction of its caller's.

import type Database from "better-sqlite3";
import { ChangeWriter, type MappingKey } from "../../engine/subscriber_change.ts";
import type { Introduce } from "../feed.ts";
import { type FigureTable, figureTable } from "./figure-table.ts";
import { mappingCount, type NameFigures, noFigures } from "./figures.ts";
import { type MappingRow, type MappingTable, mappingKind, mappingTable, STATIC } from "./mapping-table.ts";
import { type NameRow, type NameTable, nameTable } from "./name-table.ts";
import { type SessionTable, sessionTable } from "./session-table.ts";

/** How much there may be. */
export interface Room {
  readonly names: number;
  readonly mappings: number;
}

export const NO_ROOM = "There is no room for more names or mappings: remove some.";

/** A name that is given mappings. */
export interface Owner {
  readonly id: number;
  isIdle: boolean;
}

/** How it came to a mapping. */
export type Made = Omit<MappingRow, "key" | "name" | "since">;

export class Holdings {
  readonly names: NameTable;
  readonly mappings: MappingTable;
  readonly sessions: SessionTable;
  readonly #kept: FigureTable;
  readonly #room: Room;
  readonly #changes = new ChangeWriter();
  #figures: NameFigures;

  constructor(database: Database.Database, room: Room) {
    this.names = nameTable(database);
    this.mappings = mappingTable(database);
    this.sessions = sessionTable(database);
    this.#room = room;
    this.#kept = figureTable(database);
    this.#figures = { ...noFigures, ...this.#kept.get() };
  }

  get figures(): NameFigures {
    return { ...this.#figures };
  }

  count(what: "aged" | "logouts" | "expired" | "refusedNames" | "full" | "stale"): void {
    this.#figures[what]++;
  }

  /** There were so many before what was done: keeps how many there are. */
  save(before: NameFigures): void {
    this.#kept.save(this.#figures, before);
  }

  /** What was done since there were so many is undone. */
  restore(figures: NameFigures): void {
    this.#figures = { ...figures };
    this.#changes.take();
  }

  /** What the fast path is to be sent of all that was done since. */
  takeChanges(): Uint8Array<ArrayBuffer> {
    return this.#changes.take();
  }

  hasRoomForName(): boolean {
    return this.#figures.names < this.#room.names;
  }

  hasRoomFor(mappings: number): boolean {
    return mappingCount(this.#figures) + mappings <= this.#room.mappings;
  }

  /** Of what somebody introduces, how much there was not before. */
  newIn({ name, keys = [] }: Pick<Introduce, "name" | "keys">): Room {
    if (this.#figures.names === 0) return { names: 1, mappings: keys.length };
    const isKnown = this.names.find(name)?.isForgotten === false;
    return { names: isKnown ? 0 : 1, mappings: keys.filter((key) => !this.mappings.find(key)).length };
  }

  hasRoomForAll({ names, mappings }: Room): boolean {
    return this.#figures.names + names <= this.#room.names && this.hasRoomFor(mappings);
  }

  /** One that nobody knows, or did: its id; undefined: it has one. `isIdle`: it is given no mapping at once. */
  add(name: string, packageId: number, { fixed, isIdle }: Pick<NameRow, "fixed" | "isIdle">, now: number) {
    const id = this.names.add(name, packageId, fixed, isIdle, now);
    if (id === undefined) return undefined;
    this.#introduced(id, packageId, isIdle);
    if (fixed) this.#figures.fixed++;
    return id;
  }

  /** The name's row, introduced if it is not known; `row`: what was found of it. */
  known(name: string, row: NameRow | undefined, packageId: number, now: number): NameRow {
    if (row && !row.isForgotten) return row;
    if (!row) this.add(name, packageId, { fixed: false, isIdle: true }, now);
    else this.#revive(row.id, packageId, now);
    const made = this.names.find(name);
    if (!made) throw new Error(`${name} was introduced and is not there.`);
    return made;
  }

  fix(id: number): void {
    this.names.fix(id);
    this.#figures.fixed++;
  }

  setPackage(id: number, packageId: number, at: number): void {
    this.names.setPackage(id, packageId, at);
    this.#changes.name(id, packageId);
  }

  forget(id: number, now: number): void {
    const row = this.names.get(id);
    if (!row || row.isForgotten) return;
    for (const mapping of this.mappings.ofName(id)) this.unmap(mapping, now);
    this.names.forget(id, now);
    this.#changes.forget(id);
    this.#figures.names--;
    this.#figures.idle--;
    this.#figures.forgotten++;
    if (row.fixed) this.#figures.fixed--;
  }

  /** `row`: whose it is now, as far as that was looked for. False: it was so already. */
  map(owner: Owner, key: MappingKey, row: MappingRow | undefined, made: Made, now: number): boolean {
    const since = row?.name === owner.id ? row.since : made.at;
    const mapping = { key, name: owner.id, since, ...made };
    const before = row ?? (this.mappings.add(mapping) ? undefined : this.mappings.find(key));
    const isOwn = before?.name === owner.id;
    if (isOwn && before.session === STATIC && made.session === STATIC) return false;
    if (!isOwn) {
      this.#changes.map(owner.id, key);
      this.#hasSome(owner);
    }
    if (!before) this.#figures[mappingKind(key)]++;
    else {
      this.mappings.change(mapping);
      this.#lost(before, mapping, now);
    }
    return !isOwn || before.session !== made.session || before.expires_at !== made.expires_at;
  }

  unmap(row: MappingRow, now: number): void {
    this.mappings.remove(row.key);
    this.#changes.unmap(row.name, row.key);
    this.#figures[mappingKind(row.key)]--;
    this.#lost(row, undefined, now);
  }

  /** Deletes some names that were forgotten then or before; if too many were, the oldest. Whether there may be more. */
  pruneNames(at: number, limit: number): boolean {
    const isTooMuch = this.#figures.forgotten > this.#room.names;
    const pruned = this.names.prune(isTooMuch ? Number.MAX_SAFE_INTEGER : at, limit);
    this.#figures.forgotten -= pruned;
    return pruned >= limit;
  }

  #introduced(id: number, packageId: number, isIdle: boolean): void {
    this.#changes.name(id, packageId);
    this.#figures.names++;
    this.#figures.introduced++;
    if (isIdle) this.#figures.idle++;
  }

  #revive(id: number, packageId: number, now: number): void {
    this.names.revive(id, now);
    this.names.setPackage(id, packageId, now);
    this.#introduced(id, packageId, true);
    this.#figures.forgotten--;
  }

  #hasSome(owner: Owner): void {
    if (!owner.isIdle) return;
    owner.isIdle = false;
    this.names.setIdle(owner.id, null);
    this.#figures.idle--;
  }

  /** A mapping is another's, or nobody's: whose it was may have no other. */
  #lost(was: MappingRow, is: MappingRow | undefined, now: number): void {
    if (was.name !== is?.name && !this.mappings.hasName(was.name)) {
      this.names.setIdle(was.name, now);
      this.#figures.idle++;
    }
    const isOver = was.session !== STATIC && was.session !== is?.session;
    if (isOver && !this.mappings.hasSession(was.session)) this.sessions.remove(was.session);
  }
}
