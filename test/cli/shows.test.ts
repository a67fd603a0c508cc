// What the shows say, as a person reads it: shows/SCENE/*.txt.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { commandTable } from "../../cli/grammar/table.ts";
import { product } from "../../mgmt/system/product.ts";
import { ERROR_LIKE, NOT_ASCII, PROMPT_LIKE } from "./misleading.ts";
import { answers, commands, own, shown } from "./shows/asking.ts";
import { scenes } from "./shows/scenes.ts";

process.env.TZ = "UTC";

const folder = join(import.meta.dirname, "shows");
const PROMPT = "edge-1>";

const transcripts = Object.keys(scenes).flatMap((scene) =>
  readdirSync(join(folder, scene)).map((file) => [scene, file] as const),
);

for (const [scene, file] of transcripts) {
  test(`${scene}/${file}: each show says what is written there`, async (t) => {
    const expected = readFileSync(join(folder, scene, file), "utf8");
    const typed = expected.split("\n").filter((line) => line.startsWith(PROMPT));
    const said = await Promise.all(
      typed.map(async (line) => [line, ...(await shown(scene, line.slice(PROMPT.length)))]),
    );
    t.is(`${said.map((lines) => lines.join("\n")).join("\n\n")}\n`, filled(expected));
  });
}

test("no answer misleads a tool, is wider than a wide screen or has spaces at a line's end", async (t) => {
  const typed = [...own.map(({ syntax }) => syntax), "show tech-support"];
  const told = Object.keys(scenes).flatMap((scene) => typed.map((line) => shown(scene, line)));
  const misleading = [PROMPT_LIKE, ERROR_LIKE, NOT_ASCII, /.{133}/, /\s$/];
  const lines = (await Promise.all(told)).flat();
  t.deepEqual(
    lines.filter((line) => misleading.some((pattern) => pattern.test(line))),
    [],
  );
});

test("every show is in one table without faults", (t) => t.notThrows(() => commandTable("exec", commands)));

test("the data is raw", async (t) => {
  const [version] = await answers("healthy", "show version");
  t.like(version?.data, {
    hostname: "edge-1",
    product: { name: "Postern", version: product.version },
    fastPath: { pid: 4242, starts: 1, adoption: { subscribers: 17 } },
  });
  const [counters] = await answers("healthy", "show interface LineCard 0 counters");
  t.like(counters?.data, { alive: true, counters: { sessions_opened: 12_345 } });
  const [modes] = await answers("troubled", "show interface LineCard 0 link mode");
  t.deepEqual(modes?.data, [{ link: 0, configured: "forwarding", active: "bypass" }]);
  const [state] = await answers("absent", "show system operation-status");
  t.deepEqual(state?.data, { state: "failure", reasons: ["No fast path was found yet."] });
});

function filled(text: string): string {
  return text.replaceAll("{version}", product.version).replaceAll("{node}", process.versions.node);
}
