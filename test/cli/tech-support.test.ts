// show tech-support: other commands, each under its heading.
import test from "ava";
import type { Answer, ExecCommand } from "../../cli/commands/exec.ts";
import { techSupport } from "../../cli/commands/tech-support.ts";
import { commands, contextIn, shown } from "./shows/asking.ts";
import { SECRET } from "./shows/scenes.ts";

process.env.TZ = "UTC";

test("every part stands under its heading; one that cannot be told says so and stops no other", async (t) => {
  const parts = underHeadings(await shown("absent", "show tech-support"));
  const shownAlone = async (line: string) => (await shown("absent", line)).join("\n");
  t.deepEqual([...parts.keys()].slice(0, 3), ["show version", "show inventory", "show clock"]);
  for (const [typed, text] of parts) {
    t.is(text, (await shownAlone(typed)).trim().replace(/^% /, "This part failed: "), typed);
  }
});

test("no secret is told, whoever asks", async (t) => {
  const told = async (answers: AsyncIterable<Answer>) => {
    const found = await Array.fromAsync(answers);
    return JSON.stringify(found.map(({ data, lines }) => [data, [...lines()]]));
  };
  const root = contextIn("healthy", 15);
  const running = commands.find(({ syntax }) => syntax.startsWith("show running-config"));
  t.true((await told(running?.execute(root, {} as never) ?? breaking())).includes(SECRET), "he may see it");
  t.false((await told(techSupport(commands).execute(root, {} as never))).includes(SECRET));
});

test("a part that breaks while it is drawn stops no other", async (t) => {
  const broken = commands.map((command) =>
    command.syntax === "show inventory" ? { ...command, execute: () => breaking() } : command,
  );
  const answers = techSupport(broken).execute(contextIn("healthy"), {} as never);
  const lines = (await Array.fromAsync(answers)).flatMap((answer) => [...answer.lines()]);
  const parts = underHeadings(lines);
  t.is(parts.get("show inventory"), "The first line.\nThis part failed: Broken.");
  t.is(parts.get("show clock"), "*14:04:05.123 UTC Tue Nov 24 2026");
});

test("a part is asked for when those before it were read", async (t) => {
  const asked: string[] = [];
  const watched = commands.map(
    (command): ExecCommand => ({
      ...command,
      execute(...given) {
        asked.push(command.syntax);
        return command.execute(...given);
      },
    }),
  );
  const answers = techSupport(watched)
    .execute(contextIn("healthy"), {} as never)
    [Symbol.asyncIterator]();
  t.deepEqual((await answers.next()).value?.data, { command: "show version" });
  t.deepEqual(asked, []);
  await answers.next();
  await answers.next();
  t.deepEqual(asked, ["show version"]);
});

async function* breaking(): AsyncGenerator<Answer> {
  const lines = function* () {
    yield "The first line.";
    throw new Error("Broken.");
  };
  yield { data: null, lines };
}

/** What stands under each heading, without the empty lines around it. */
function underHeadings(lines: readonly string[]): Map<string, string> {
  const pieces = lines
    .join("\n")
    .split(/^-{18} (.*) -{18}$/m)
    .slice(1);
  const names = pieces.filter((_, index) => index % 2 === 0);
  return new Map(names.map((name, index) => [name, pieces[2 * index + 1]?.trim() ?? ""]));
}
