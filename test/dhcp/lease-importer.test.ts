// Kea's lease files, imported as a whole.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { LeaseImporter } from "../../mgmt/dhcp/lease-importer.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import type { SubscriberEvent } from "../../mgmt/subscribers/feed.ts";
import { mappingText } from "../../mgmt/subscribers/mapping.ts";
import { directory } from "../daemon/parts.ts";

const HEADER = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context";

/** Seconds. */
const NOW = 1_800_000_000;

function row(n: number, { expire = NOW + 300, lifetime = 600, state = 0 } = {}): string {
  const mac = `02:00:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 0xff).toString(16).padStart(2, "0")}`;
  return `10.0.${n >> 8}.${n & 0xff},${mac},,${lifetime},${expire},1,0,0,,${state},`;
}

function importing(t: Parameters<typeof directory>[0], lines: readonly string[]) {
  const folder = directory(t);
  writeFileSync(join(folder, "kea-leases4.csv"), lines.map((line) => `${line}\n`).join(""));
  const told: SubscriberEvent[] = [];
  const importer = new LeaseImporter({
    subscribers: {
      async take(events) {
        told.push(...events);
        return events.map(() => "applied");
      },
    },
    now: () => NOW * 1000,
    directory: folder,
    source: () => "mac",
  });
  return { importer, told, folder };
}

test("each line is told in order, so that a lease's last one holds", async (t) => {
  const lines = [HEADER, row(1), row(2), row(1, { expire: NOW + 900 }), row(2, { lifetime: 0, expire: NOW })];
  const { importer, told } = importing(t, [...lines, row(3, { expire: NOW }), row(4, { state: 1 })]);
  const imported = await importer.import("kea-leases4.csv", false);
  t.like(imported, { lines: 7, over: 1, wrongLines: 0, errors: [], isImported: true });
  t.like(imported.counts, { given: 3, ended: 1 });
  const texts = told.map((event) =>
    event.kind === "login" ? `${event.mappings.map(({ key }) => mappingText(key))} ${event.expiresAt}` : event.kind,
  );
  const until = (seconds: number) => (NOW + seconds) * 1000;
  t.deepEqual(texts, [`10.0.0.1 ${until(300)}`, `10.0.0.2 ${until(300)}`, `10.0.0.1 ${until(900)}`, "logout"]);
});

test("with a dry run nothing is told, but what could be", async (t) => {
  const { importer, told } = importing(t, [HEADER, row(1), row(2)]);
  t.like(await importer.import("kea-leases4.csv", true), { counts: { given: 2 }, isImported: false });
  t.deepEqual(told, []);
});

test("a line that is wrong keeps all from being told, and is named", async (t) => {
  const { importer, told } = importing(t, [HEADER, row(1), `${row(2)},`, row(3).replace("10.0", "127.0")]);
  const imported = await importer.import("kea-leases4.csv", false);
  t.is(imported.isImported, false);
  t.deepEqual(imported.errors, [
    { line: 3, message: "It has 12 fields, and the first line 11." },
    { line: 4, message: "No subscriber can have such an address." },
  ]);
  t.deepEqual(told, []);
});

test("a file of many pieces is told whole", async (t) => {
  const count = 5000;
  const { importer, told } = importing(t, [HEADER, ...Array.from({ length: count }, (_, n) => row(n + 1))]);
  t.like(await importer.import("kea-leases4.csv", false), { lines: count + 1, counts: { given: count } });
  t.is(new Set(told.map((event) => ("name" in event ? event.name : ""))).size, count);
});

test("what is no lease file is refused with a sentence", async (t) => {
  const { importer, folder } = importing(t, []);
  writeFileSync(join(folder, "names.csv"), "name, mappings, packageId\n");
  writeFileSync(join(folder, "endless"), "x".repeat(200_000));
  mkdirSync(join(folder, "folder"));
  symlinkSync("kea-leases4.csv", join(folder, "link"));
  const files: Readonly<Record<string, RegExp>> = {
    "kea-leases4.csv": /^There is nothing in /,
    "names.csv": /^It has no column address: /,
    nothing: /^Cannot read .*: it does not exist\.$/,
    folder: /^Cannot read .*: it is a directory\.$/,
    link: /^Cannot read .*: it is a link\.$/,
    endless: /^Cannot read .*: one of its lines has no end\.$/,
  };
  for (const [file, message] of Object.entries(files)) {
    await t.throwsAsync(importer.import(file, false), { instanceOf: Sentence, message }, file);
  }
});
