// Files of subscribers: looked at whole, imported some lines at a time, written and read again.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { Sentence } from "../../../mgmt/sentence.ts";
import { FirstLines } from "../../../mgmt/subscribers/csv/first-lines.ts";
import { NameImporter } from "../../../mgmt/subscribers/names/importer.ts";
import { keeping } from "./parts.ts";

async function importing(t: ExecutionContext) {
  const made = await keeping(t);
  const directory = join(dirname(made.file), "csv");
  const { names, keeper, clock } = made;
  const importer = new NameImporter({ names, keeper, now: clock.now, directory, packages: () => [0, 2] });
  await importer.start();
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  const read = (name: string) => readFileSync(join(directory, name), "utf8");
  return { ...made, importer, directory, write, read };
}

const all = { dryRun: false, continueOnError: false };

test("more lines than are taken at a time are imported, in the file and in the fast path, and others have their turn", async (t) => {
  const { importer, write, keeper, engine, settled } = await importing(t);
  await settled();
  const lines = Array.from({ length: 25_000 }, (_, n) => `n${n}, 10.${n >> 16}.${(n >> 8) & 255}.${n & 255}, 2`);
  write("many.csv", lines.join("\r\n"));
  const imported = importer.import("many.csv", all);
  let isOver = false;
  void imported.then(() => {
    isOver = true;
  });
  await keeper.take([{ kind: "introduce", name: "meanwhile", package: 0 }]);
  t.false(isOver);
  t.like(await imported, { names: 25_000, lines: 25_000, wrongLines: 0, isImported: true });
  t.is(importer.progress, null);
  t.is(engine.mappings.size, 25_000);
  t.is(engine.names.size, 25_001);
});

test("an import says what found no room in the fast path", async (t) => {
  const { importer, write, engine, settled } = await importing(t);
  await settled();
  write("few.csv", "a, 10.0.0.1, 0");
  t.deepEqual((await importer.import("few.csv", all)).alarms, []);
  engine.refused = 3;
  write("more.csv", "b, 10.0.0.2, 0");
  const { alarms } = await importer.import("more.csv", all);
  t.regex(alarms.join(), /^3 names or mappings found no room in the fast path/);
});

test("one wrong line is enough for nothing to be imported, unless the others are wanted", async (t) => {
  const { importer, write, held, keeper } = await importing(t);
  write("some.csv", "\ufeff# a comment\na, 10.0.0.1, 0\nb, 10.0.0.0/33, 0\n");
  const { errors, ...others } = await importer.import("some.csv", all);
  t.deepEqual(errors, [{ line: 3, message: "10.0.0.0/33 is no mapping." }]);
  t.like(others, { wrongLines: 1, isImported: false });
  t.is(keeper.figures.names, 0);
  t.like(await importer.import("some.csv", { ...all, continueOnError: true }), {
    names: 1,
    wrongLines: 1,
    isImported: true,
  });
  t.deepEqual(await held(), { "10.0.0.1": "a" });
});

test("what is exported can be imported: names with blanks and commas, mappings of every kind", async (t) => {
  const { importer, write, read, held, keeper } = await importing(t);
  const text =
    '# name, mappings, mappings_ipv6, packageId\n"a, b", 10.0.0.1;10.0.1.0/24@100, 2001:db8::/56, 2\n" c", VLAN 7.8, , 0\n';
  write("in.csv", text);
  await importer.import("in.csv", all);
  const before = await held();
  t.is(await importer.export("out.csv"), 2);
  t.is(read("out.csv").split("\n").toSorted().join(), text.split("\n").toSorted().join());
  await keeper.forgetIntroduced();
  t.deepEqual(await held(), {});
  await importer.import("out.csv", all);
  t.deepEqual(await held(), before);
});

test("a file that is none, or leads elsewhere, is refused with its path", async (t) => {
  const { importer, directory } = await importing(t);
  symlinkSync("/etc/passwd", join(directory, "link.csv"));
  mkdirSync(join(directory, "folder.csv"));
  for (const [name, why] of Object.entries({
    "link.csv": "it is a link",
    "folder.csv": "it is no file",
    "x.csv": "it does not exist",
  })) {
    const { message } = await t.throwsAsync(importer.import(name, all), { instanceOf: Sentence });
    t.true(message.startsWith(`Cannot read ${join(directory, name)}: ${why}.`), message);
  }
});

test("one import at a time", async (t) => {
  const { importer, write } = await importing(t);
  write("a.csv", "a, , 0\n");
  const first = importer.import("a.csv", all);
  await t.throwsAsync(importer.import("a.csv", all), { instanceOf: Sentence, message: /^Another import goes on/ });
  t.like(await first, { isImported: true });
});

test("where each of many texts was first is known, and only of those", (t) => {
  const lines = new FirstLines(16);
  for (let n = 1; n <= 100_000; n++) t.is(lines.add(`text ${n}`, n), undefined);
  for (let n = 1; n <= 100_000; n += 1000) t.is(lines.add(`text ${n}`, 7), n);
  lines.clear();
  t.is(lines.add("text 1", 3), undefined);
});
