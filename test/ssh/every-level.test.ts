// Every command at every level, typed over SSH: whoever may not use a command is answered as if there were none, and is told
// of it neither by help nor by completion.
import test, { type ExecutionContext } from "ava";
import { language } from "../../cli/commands/table.ts";
import { type Command, leavingCommands } from "../../cli/grammar/command.ts";
import { isPromptLine } from "../../cli/grammar/prompt.ts";
import { type Level, levels } from "../../mgmt/level.ts";
import { type Box, box } from "./box.ts";
import { entrance, everyLine, followers } from "./every-line.ts";
import { type Shell, shellOf } from "./shell.ts";

const { exec, configuration } = language;

const INVALID = /^% Invalid input detected/m;
const NOT_UNDERSTOOD = /^% (Invalid input|Incomplete command|Ambiguous command)/m;

/** What stands at the end of what is said when a line wants more, and what it is given. */
const ANSWERS = [
  [/Password: $/, "\x03"],
  [/\[(confirm|yes\/no)\](: )?$/, "no\n"],
  [/\bmonitor .*\r\n$/, "\x03"],
] as const;

const WAITS = new RegExp(["[>#]$", ...ANSWERS.map(([{ source }]) => source)].join("|"));

/** Somebody of a level, at a terminal that cannot move its cursor. */
class Typist {
  readonly #box: Box;
  readonly #level: Level;
  #shell: Shell | undefined;

  constructor(box: Box, level: Level) {
    this.#box = box;
    this.#level = level;
  }

  /** Everything that is said to a line, until the next prompt or the end. */
  async type(line: string): Promise<string> {
    const shell = await this.#present();
    shell.channel.write(`${line}\n`);
    let said = await shell.until(WAITS);
    for (let more = answerTo(said); more !== undefined && !shell.isOver; more = answerTo(said)) {
      shell.channel.write(more);
      said += await shell.until(WAITS);
    }
    return said;
  }

  /** What is said to keys that end no line. */
  async press(keys: string): Promise<string> {
    const shell = await this.#present();
    shell.channel.write(`${keys}\x03`);
    return await shell.prompt();
  }

  /** Back to where he began. */
  async restore(): Promise<void> {
    for (const line of ["end", `enable ${this.#level}`, "terminal length 0"]) await this.type(line);
  }

  async #present(): Promise<Shell> {
    if (this.#shell && !this.#shell.isOver) return this.#shell;
    this.#shell = await shellOf(await this.#box.client(this.#level), { term: "dumb", cols: 500 });
    await this.#shell.type("terminal length 0");
    return this.#shell;
  }
}

function answerTo(said: string): string | undefined {
  return ANSWERS.find(([asks]) => asks.test(said))?.[1];
}

/** Whether the line is obeyed, or refused with a reason, as the table says; or not understood. */
function judge(t: ExecutionContext, level: Level, command: Command, text: string, said: string): void {
  const shown = `level ${level}: ${text}\n${said}`;
  if (command.level <= level) t.notRegex(said, NOT_UNDERSTOOD, shown);
  else t.regex(said, INVALID, shown);
}

for (const level of levels) {
  test.serial(
    `level ${level}: every command of the prompt is obeyed, or does not exist, as the table says`,
    async (t) => {
      const typist = new Typist(await box(t), level);
      const lines = everyLine(exec.commands);
      for (const { command, text } of lines) {
        judge(t, level, command, text, await typist.type(text));
        await typist.restore();
      }
      t.regex(await typist.type("show privilege"), new RegExp(`level is ${level}\\r\\n`));
      t.log(`${lines.length} lines`);
    },
  );

  test.serial(`level ${level}: neither help nor completion tells of commands that he may not use`, async (t) => {
    const typist = new Typist(await box(t), level);
    const visible = followers(exec.commandsIn(exec.start, level));
    let asked = 0;
    for (const [before, words] of followers(exec.commands)) {
      const hidden = [...words].filter((word) => !visible.get(before)?.has(word));
      if (hidden.length === 0) continue;
      const lead = before === "" ? "" : `${before} `;
      const helped = [...(await typist.press(`${lead}?`)).matchAll(/^ {2}(\S+)/gm)].map(([, word]) => word);
      for (const word of hidden) {
        const completed = await typist.press(`${lead}${word.slice(0, -1)}\t`);
        t.false(helped.includes(word) || completed.includes(`${lead}${word}`), `level ${level}: ${lead}${word}`);
        asked++;
      }
    }
    t.is(asked > 0, level < 15);
    t.log(`${asked} words`);
  });
}

/** Typed elsewhere in this file: commands of the prompt. They, and what leaves a mode, are typed in every mode. */
const isElsewhere = (command: Command) =>
  isPromptLine(command) || (leavingCommands as readonly Command[]).includes(command);

for (const level of [10, 15] as const) {
  test.serial(
    `level ${level}: every line of the configuration is taken, or does not exist, as the table says`,
    async (t) => {
      const typist = new Typist(await box(t), level);
      let [typed, elsewhere] = [0, 0];
      for (const mode of configuration.modes) {
        // Nothing of it is in force: it is never committed.
        const way = ["end", "configure session every-line", ...entrance(configuration, mode)];
        for (const line of way) await typist.type(line);
        for (const { command, text } of everyLine(configuration.commandsIn(mode))) {
          if (isElsewhere(command)) {
            elsewhere++;
            continue;
          }
          judge(t, level, command, text, await typist.type(text));
          typed++;
          if (command.enters) for (const line of way) await typist.type(line);
        }
      }
      await typist.type("end");
      await typist.type("configure session every-line");
      const above = everyLine(exec.commands.filter((command) => command.level > level));
      for (const { text } of above) t.regex(await typist.type(`do ${text}`), INVALID, text);
      t.log(`${typed} lines; ${elsewhere} of the prompt, which the test of the prompt types`);
    },
  );
}

for (const level of [0, 5] as const) {
  test.serial(`level ${level}: there is no configuration to come into`, async (t) => {
    const typist = new Typist(await box(t), level);
    const lines = everyLine(configuration.commandsIn(configuration.start)).filter(
      ({ command }) => !isElsewhere(command),
    );
    for (const { text } of lines) t.regex(await typist.type(text), NOT_UNDERSTOOD, text);
    t.log(`${lines.length} lines`);
  });
}
