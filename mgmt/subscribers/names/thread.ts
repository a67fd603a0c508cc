// The thread of names: owns their file.

import Database from "better-sqlite3";
import { answerCalls, moved } from "../../called-thread.ts";
import { Sentence } from "../../sentence.ts";
import { openDatabase, told } from "../../store/database.ts";
import type { NameCalls, Stored } from "./calls.ts";
import { exportNames } from "./csv-export.ts";
import { CsvImport } from "./csv-import.ts";
import { NAMES_MAX } from "./figures.ts";
import { Holdings, NO_ROOM, type Room } from "./holdings.ts";
import { nameMigrations } from "./migrations.ts";
import { type NameQueries, nameQueries } from "./queries.ts";
import { Registry } from "./registry.ts";

/** Of both families two each. */
const ROOM: Room = { names: NAMES_MAX, mappings: 4 * NAMES_MAX };

/** In KiB: what is changed often of a million names stays in it. */
const CACHE_KIB = 131_072;

/** Pages of 4 KiB that are written anew before they are put in their place: fewer writes where many names come at once. */
const CHECKPOINT_PAGES = 10_000;

const DAY_MS = 86_400_000;
/** As long as breaches are on record. */
const FORGOTTEN_KEPT_MS = 365 * DAY_MS;
/** What a NAS repeats is hardly older. */
const ENDS_KEPT_MS = DAY_MS;

/** At once: other calls wait. */
const SWEPT = 1000;
const REPLAYED = 16_000;

interface Opened {
  readonly database: Database.Database;
  readonly holdings: Holdings;
  readonly registry: Registry;
  readonly queries: NameQueries;
}

/** An import, and how much was found that was not there before. */
interface Importing {
  readonly csv: CsvImport;
  readonly needs: { names: number; mappings: number };
}

let file = "";
let opened: Opened | undefined;
let importing: Importing | undefined;

function open(): Opened {
  const database = openDatabase(file, nameMigrations);
  try {
    database.pragma(`cache_size = -${CACHE_KIB}`);
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    const holdings = new Holdings(database, ROOM);
    return { database, holdings, registry: new Registry(holdings), queries: nameQueries(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function use<T>(action: (opened: Opened) => T): T {
  return told(file, () => {
    opened ??= open();
    return action(opened);
  });
}

function current(): Importing {
  if (!importing) throw new Error("No import was begun.");
  return importing;
}

/** All that it does, or nothing. */
function change<T extends object>(action: (opened: Opened) => T): T & Stored {
  return use((names) => {
    const { database, holdings } = names;
    const before = holdings.figures;
    try {
      const result = database
        .transaction(() => {
          const done = action(names);
          holdings.save(before);
          return done;
        })
        .immediate();
      const changes = holdings.takeChanges();
      return moved({ ...result, changes, figures: holdings.figures }, changes.buffer);
    } catch (error) {
      holdings.restore(before);
      throw error;
    }
  });
}

// SQLite's own library is loaded with the first database.
new Database(":memory:").close();

answerCalls<NameCalls>({
  begin(path) {
    file = path;
  },
  close() {
    opened?.database.close();
    opened = undefined;
  },
  commit: (events, now) =>
    change(({ registry, holdings }) => {
      const outcomes = events.map((event) => registry.apply(event, now));
      return { outcomes, isClearing: holdings.sessions.isClearing() };
    }),
  clearOn: (now) => change(({ registry }) => ({ isClearing: registry.clearOn(now) })),
  expire: (now) =>
    change(({ registry, holdings }) => {
      registry.expire(now, SWEPT);
      return { next: holdings.mappings.nextExpiry() };
    }),
  idleSince: (at) => use(({ holdings }) => holdings.names.idleSince(at, SWEPT)),
  age: (ids, needed, now) =>
    change(({ registry, holdings }) => {
      registry.age(ids, new Set(needed), now);
      const moreNames = holdings.pruneNames(now - FORGOTTEN_KEPT_MS, SWEPT);
      const moreEnds = holdings.sessions.prune(now - ENDS_KEPT_MS, now, SWEPT);
      return { isOver: !moreNames && !moreEnds };
    }),
  forgetIntroduced: (after, now) =>
    change(({ holdings }) => {
      const ids = holdings.names.introduced(after, SWEPT);
      for (const id of ids) holdings.forget(id, now);
      return { last: ids.at(-1) ?? null, names: ids.length };
    }),
  replay: (after) =>
    use(({ queries }) => {
      const page = queries.replay(after, REPLAYED);
      return moved(page, page.changes.buffer);
    }),
  named: (name) => use(({ queries }) => queries.named(name)),
  namesOf: (ids) => use(({ holdings }) => holdings.names.namesOf(ids)),
  idOf: (name) => use(({ holdings }) => holdings.names.find(name)?.id),
  count: (filter) => use(({ queries }) => queries.count(filter)),
  page: (filter, after, limit) => use(({ queries }) => queries.page(filter, after, limit)),
  openImport(path, packages) {
    if (importing) throw new Sentence("Another import goes on: wait until it is over.");
    importing = { csv: new CsvImport(path, packages), needs: { names: 0, mappings: 0 } };
  },
  checkImport: () =>
    use(({ holdings }) => {
      const { needs, csv } = current();
      return csv.step((event) => {
        const { names, mappings } = holdings.newIn(event);
        needs.names += names;
        needs.mappings += mappings;
        return undefined;
      }, true);
    }),
  beginImport: () =>
    use(({ holdings }) => {
      const { needs, csv } = current();
      if (!holdings.hasRoomForAll(needs)) throw new Sentence(NO_ROOM);
      csv.rewind();
    }),
  stepImport: (isOnce, now) =>
    change(({ registry }) =>
      current().csv.step((event) => (registry.apply(event, now) === "full" ? NO_ROOM : undefined), isOnce),
    ),
  closeImport() {
    importing?.csv.close();
    importing = undefined;
  },
  exportTo: (path) => exportNames(path, (after, limit) => use(({ queries }) => queries.introducedPage(after, limit))),
  introducedPage: (after, limit) => use(({ queries }) => queries.introducedPage(after, limit)),
});
