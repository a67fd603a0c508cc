// The store's thread: owns the database, answers one request after the other.

import Database from "better-sqlite3";
import { answerCalls } from "../called-thread.ts";
import { ConfigurationDesk } from "../config/desk.ts";
import { OverrideDesk } from "../overrides/desk.ts";
import { type AuditTable, auditTable } from "./audit-table.ts";
import { type BreachTable, breachTable } from "./breach-table.ts";
import type { StoreCalls } from "./calls.ts";
import { openDatabase, told } from "./database.ts";
import { type FirstAdministratorTable, firstAdministratorTable } from "./first-administrator-table.ts";
import { idTable } from "./id-table.ts";
import { overrideTable } from "./override-table.ts";
import { type RadiusNasTable, radiusNasTable } from "./radius-nas-table.ts";
import { type ReleaseTable, releaseTable } from "./release-table.ts";
import { type RevisionTable, revisionTable } from "./revision-table.ts";

interface Opened {
  readonly file: string;
  readonly database: Database.Database;
  readonly breaches: BreachTable;
  readonly releases: ReleaseTable;
  readonly revisions: RevisionTable;
  readonly radiusNases: RadiusNasTable;
  readonly audit: AuditTable;
  readonly firstAdministrator: FirstAdministratorTable;
  readonly desk: ConfigurationDesk;
  readonly overrides: OverrideDesk;
}

let opened: Opened | undefined;

function open(file: string): void {
  const database = openDatabase(file);
  const revisions = revisionTable(database);
  const overrides = overrideTable(database);
  const desk = new ConfigurationDesk({ revisions, ids: idTable(database), overrides });
  opened = {
    ...{ file, database, revisions, desk },
    overrides: new OverrideDesk({ table: overrides, configuration: desk }),
    breaches: breachTable(database),
    releases: releaseTable(database),
    radiusNases: radiusNasTable(database),
    audit: auditTable(database),
    firstAdministrator: firstAdministratorTable(database),
  };
}

function close(): void {
  opened?.database.close();
  opened = undefined;
}

/** Does something with the open store. */
function use<T>(action: (store: Opened) => T): T {
  const store = opened;
  if (!store) throw new Error("The store is not open.");
  return told(store.file, () => action(store));
}

const calls: StoreCalls = {
  open,
  close,
  saveBreaches: (breaches, places) => use((store) => store.breaches.save(breaches, places)),
  unendedBreaches: (endedAt) => use((store) => store.breaches.unended(endedAt)),
  recentBreaches: (limit, address) => use((store) => store.breaches.recent(limit, address)),
  breach: (id) => use((store) => store.breaches.get(id)),
  pruneBreaches: (now, keptMs) => use((store) => store.breaches.prune(now, keptMs)),
  saveRelease: (release) => use(({ releases }) => releases.save(release)),
  releases: (since) => use(({ releases }) => releases.since(since)),
  eventPlaces: () => use((store) => store.breaches.places()),
  radiusNases: () => use(({ radiusNases }) => radiusNases.all()),
  saveRadiusNas: (nas) => use(({ radiusNases }) => radiusNases.save(nas)),
  forgetRadiusNas: (nas) => use(({ radiusNases }) => radiusNases.forget(nas)),
  saveAudit: (entry) => use(({ audit }) => audit.save(entry)),
  recentAudit: (limit) => use(({ audit }) => audit.recent(limit)),
  revisions: (count) => use(({ revisions }) => revisions.list(count)),
  pendingCommit: () => use(({ revisions }) => revisions.pending()),
  setPendingCommit: (pending) => use(({ revisions }) => revisions.setPending(pending)),
  firstAdministrator: () => use(({ firstAdministrator }) => firstAdministrator.get()),
  setFirstAdministrator: (made) => use(({ firstAdministrator }) => firstAdministrator.set(made)),
  firstAdministratorTold: (at) => use(({ firstAdministrator }) => firstAdministrator.told(at)),
  firstAdministratorSaved: () => use(({ firstAdministrator }) => firstAdministrator.saved()),
  proposeConfiguration: (change, level, moment) => use(({ desk }) => desk.propose(change, level, moment)),
  acceptConfiguration: (acceptance) => use(({ desk }) => desk.accept(acceptance)),
  dropConfiguration: () => use(({ desk }) => desk.drop()),
  resumeConfiguration: (bootId, moment) => use(({ desk }) => desk.resume(bootId, moment)),
  configurationText: (source, options) => use(({ desk }) => desk.text(source, options)),
  configurationDiff: (from, to) => use(({ desk }) => desk.diff(from, to)),
  configurationIncomplete: (source) => use(({ desk }) => desk.incomplete(source)),
  beginSession: (name, user, startedAt) => use(({ desk }) => desk.begin(name, user, startedAt)),
  typeInSession: (name, lines) => use(({ desk }) => desk.sessions.type(name, lines)),
  abortSession: (name) => use(({ desk }) => desk.sessions.end(name)),
  configurationSessions: () => use(({ desk }) => desk.sessions.list()),
  proposeOverride: (change, moment) => use(({ overrides }) => overrides.propose(change, moment)),
  acceptOverride: () => use(({ overrides }) => overrides.accept()),
  prepareOverrides: (moment) => use(({ overrides }) => overrides.prepare(moment)),
  expireOverrides: (now) => use(({ overrides }) => overrides.expire(now)),
  overridePage: (after, limit, withEnded) => use(({ overrides }) => overrides.page(after, limit, withEnded)),
  configuredOverrides: () => use(({ overrides }) => overrides.configured()),
  overridesOf: (address, withEnded) => use(({ overrides }) => overrides.of(address, withEnded)),
  overridesOfEach: (addresses) => use(({ overrides }) => overrides.ofEach(addresses)),
};

// SQLite's own library is loaded with the first database.
new Database(":memory:").close();
answerCalls(calls);
