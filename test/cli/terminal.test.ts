// A session and the terminal it is typed at: its size, and nobody there.
import { PassThrough } from "node:stream";
import test from "ava";
import { EditorDiscipline } from "../../cli/shell/editor.ts";
import { Keys } from "../../cli/shell/keys.ts";
import { Output } from "../../cli/shell/output.ts";
import { PlainDiscipline } from "../../cli/shell/plain.ts";
import type { Level } from "../../mgmt/level.ts";
import { until } from "../daemon/parts.ts";
import { parts, stage } from "./stage.ts";

test("a page follows the terminal's size, until the person says how long it is", async (t) => {
  const screen = Object.assign(new PassThrough(), { columns: 80, rows: 24 });
  const { session, input } = stage(parts(15), { output: screen, interactive: true, plain: true });
  let said = "";
  screen.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = session.run();
  const linesOfPage = async () => {
    said = "";
    input.write("show lines 100\r");
    await until("there is a page", () => said.includes("--More--"));
    const lines = said.match(/line \d+ of/g)?.length;
    input.write("q");
    await until("there is a prompt", () => said.endsWith("postern#"));
    return lines;
  };
  t.is(await linesOfPage(), 23);
  Object.assign(screen, { rows: 11 }).emit("resize");
  t.is(await linesOfPage(), 10);
  input.write("terminal length 5\r");
  Object.assign(screen, { rows: 30 }).emit("resize");
  t.is(await linesOfPage(), 4);
  input.end();
  await ended;
});

test("a session in which nobody types ends, and one in which something runs does not", async (t) => {
  const { session, input, output } = stage(parts(15));
  let said = "";
  output.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = session.run();
  input.write("monitor nothing\r");
  await until("it runs", () => said.includes("It begins."));
  session.idle();
  input.write("\x03");
  await until("there is a prompt", () => said.endsWith("postern#"));
  session.idle();
  await ended;
  t.regex(said, /postern#\r\n% Nobody typed for a while: this session ends\.\r\n/);
});

for (const [what, disciplineOf] of Object.entries({
  "the plain discipline": (keys: Keys, screen: PassThrough) =>
    new PlainDiscipline(keys, new Output(screen), "completes"),
  "the editor": (keys: Keys, screen: PassThrough) => new EditorDiscipline(keys, new Output(screen), screen),
})) {
  for (const [name, key] of [
    ["?", "?"],
    ["Tab", "\t"],
  ] as const) {
    test(`others have their turn after each ${name} of many that were typed ahead at ${what}`, async (t) => {
      const [input, screen] = [new PassThrough(), new PassThrough()];
      const keys = new Keys(input);
      keys.start();
      screen.resume();
      input.end(key.repeat(200));
      const turns: string[] = [];
      const other = () => {
        turns.push("other");
        if (turns.length < 2000) immediate = setImmediate(other);
      };
      let immediate = setImmediate(other);
      await disciplineOf(keys, screen).readLine({
        prompt: "postern#",
        history: [],
        help: () => {
          turns.push("help");
          return ["show  What there is"];
        },
        complete: ({ length: column }) => ({ column, text: "", candidates: ["show", "exit"] }),
        endsInFreeText: () => false,
      });
      clearImmediate(immediate);
      t.is(turns.filter((turn) => turn === "help").length, 200);
      t.notRegex(turns.join(" "), /help help/);
    });
  }
}

test("a program that types at a person's terminal is shown no escape sequence, until it presses a key of editing", async (t) => {
  const screen = Object.assign(new PassThrough(), { columns: 40, rows: 24 });
  const { session, input } = stage(parts(15), { output: screen, interactive: true, plain: false });
  let said = "";
  screen.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = session.run();
  input.write(`sh pri\rshow lines 3 | include ${"long ".repeat(20)}\r\0show ?\x03enable 15\rsh lines 1\r`);
  await until("all is answered", () => said.endsWith("line 1 of 1\r\npostern#"));
  t.false(said.includes("\x1b"));
  input.write("\x1b[A");
  await until("the line before is drawn", () => said.includes("\x1b[0Jpostern#"));
  input.end();
  await ended;
});

test("one who reads no help is given no more of it", async (t) => {
  const [input, screen] = [new PassThrough(), new PassThrough()];
  const keys = new Keys(input);
  keys.start();
  input.end("?".repeat(2000));
  const line = "x".repeat(1000);
  const typed = new PlainDiscipline(keys, new Output(screen), "completes").readLine({
    prompt: "postern#",
    history: [],
    help: () => [line],
    complete: ({ length: column }) => ({ column, text: "", candidates: [] }),
    endsInFreeText: () => false,
  });
  await until("it waits", () => screen.writableNeedDrain);
  t.true(screen.readableLength < 100_000);
  screen.resume();
  await typed;
});

test("whoever is lowered has his new level in the session that is open, and an enabled one as long as its secret is the same", async (t) => {
  let own: Level = 15;
  const staged = parts(15);
  let { enableSecrets } = staged.appliance.facts();
  const facts = () => ({ ...staged.appliance.facts(), enableSecrets });
  const appliance = { ...staged.appliance, facts };
  const { session, input, output } = stage({ ...staged, appliance, levelNow: () => own });
  let said = "";
  output.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = session.run();
  const after = async (keys: string) => {
    said = "";
    input.write(`${keys}\r`);
    await until("there is a prompt", () => /\n\S+[>#]$/.test(said));
    return session.level;
  };
  t.is(await after("show privilege"), 15);
  own = 5;
  t.is(await after("show privilege"), 5);
  t.is(await after("enable 15\rfifteen-fifteen"), 15);
  t.is(await after("show privilege"), 15);
  enableSecrets = enableSecrets.map((each) => ({ ...each, secret: "another" }));
  t.is(await after("show privilege"), 5);
  input.end();
  await ended;
});
