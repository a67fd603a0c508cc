// One person or program typing at the appliance: reads a line, obeys it, says what came of it, and reads the next.

import { setImmediate as turn } from "node:timers/promises";
import type { Appliance } from "../../mgmt/appliance.ts";
import type { EnableSecret } from "../../mgmt/config/sections/users.ts";
import type { Level } from "../../mgmt/level.ts";
import type { Actor } from "../../mgmt/operations/operation.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { type Context, EXEC, type ExecCommand, type Session } from "../commands/exec.ts";
import type { Pipe } from "../commands/pipes.ts";
import { CONFIGURE_LEVEL, type Line } from "../grammar/command.ts";
import { completeAt } from "../grammar/completion.ts";
import { endsInFreeText } from "../grammar/free-text.ts";
import { helpAt } from "../grammar/help.ts";
import { lineError } from "../grammar/line-error.ts";
import type { Language, Prompt } from "../grammar/prompt.ts";
import { readCommand, shownLine } from "../grammar/read.ts";
import { complaintLines } from "./complaint.ts";
import { EditorDiscipline } from "./editor.ts";
import { execute } from "./execute.ts";
import { helpLines } from "./help-lines.ts";
import { Keys } from "./keys.ts";
import { LINE_MAX, type LineDiscipline, type LineRequest, type TypedLine } from "./line-discipline.ts";
import { Output } from "./output.ts";
import { Place } from "./place.ts";
import { PlainDiscipline } from "./plain.ts";
import { untilAborted } from "./printing.ts";
import { readHidden } from "./secret.ts";
import type { Terminal } from "./terminal.ts";

/** Lines kept of what was typed. */
const HISTORY_MAX = 100;

/** What is asked for is no command: nothing is known of it. */
const NO_COMMAND: Omit<LineRequest, "prompt"> = {
  history: [],
  help: () => [],
  complete: ({ length: column }) => ({ column, text: "", candidates: [] }),
  endsInFreeText: () => true,
};

const FAULT = "% Internal fault: what happened was written to the log.";

export interface SessionParts {
  readonly language: Language<ExecCommand, Line, Pipe>;
  readonly appliance: Appliance;
  /** Who types, with the level that he had by who he is when he came. */
  readonly actor: Actor;
  /** The level that he has by who he is now. */
  levelNow(): Level;
  now(): number;
  /** Told of each line that is understood, without its secrets, before it is obeyed at this level. */
  obeys(line: string, level: Level): void;
  /** Told of an error that is nobody's but ours. */
  fault(error: unknown, line: string): void;
}

export class ShellSession implements Session {
  readonly #terminal: Terminal;
  readonly #parts: SessionParts;
  readonly #keys: Keys;
  readonly #output: Output;
  readonly #discipline: LineDiscipline;
  readonly #history: string[] = [];
  readonly #gone = new AbortController();
  readonly #place = new Place();
  /** A line that nobody types at a prompt is waited for. */
  #reading = false;
  /** Of the terminal when it was looked at last; 0: it has none. */
  #size: { readonly rows: number; readonly columns: number };
  /** The level that the person took last. */
  #taken: Level;
  enabledBy: EnableSecret | undefined;
  pageLength: number;
  width: number;
  /** When a line was typed last, in Unix milliseconds. */
  typedAt: number;
  /** The line that is obeyed now, without secrets. */
  running: string | null = null;

  constructor(terminal: Terminal, parts: SessionParts) {
    const { interactive, plain, output } = terminal;
    this.#terminal = terminal;
    this.#parts = parts;
    this.#keys = new Keys(terminal.input);
    this.#output = new Output(output);
    this.#discipline = plain
      ? new PlainDiscipline(this.#keys, this.#output, interactive ? "completes" : "blank")
      : new EditorDiscipline(this.#keys, this.#output, output);
    this.#taken = parts.actor.level;
    this.typedAt = parts.now();
    this.#size = interactive ? sizeOf(output) : { rows: 0, columns: 0 };
    this.pageLength = this.#size.rows;
    this.width = this.#size.columns;
  }

  get actor(): Actor {
    return this.#parts.actor;
  }

  /** Never above what he is, or the secret that he was enabled by, leads to now. */
  get level(): Level {
    const { level = 0, secret } = this.enabledBy ?? {};
    const { enableSecrets } = this.#parts.appliance.facts();
    const enabled = enableSecrets.some((each) => each.level === level && each.secret === secret) ? level : 0;
    return Math.min(this.#taken, Math.max(this.ownLevel, enabled)) as Level;
  }

  set level(level: Level) {
    this.#taken = level;
  }

  get ownLevel(): Level {
    return this.#parts.levelNow();
  }

  get history(): readonly string[] {
    return this.#history;
  }

  /** Until the person ends the session, or goes away. False: a line was refused. */
  run(): Promise<boolean> {
    return this.#attended(async () => {
      let good = true;
      while (!this.#gone.signal.aborted) {
        const prompt = this.#prompt;
        const typed = await this.#readCommand(prompt);
        if (!typed || this.#gone.signal.aborted) break;
        this.typedAt = this.#parts.now();
        if (typed.end === "ctrl-d" && this.#place.modes[0] === EXEC) break;
        if (!(await this.#obey(typed, prompt.length))) good = false;
        // Who types ahead does not keep others from having their turn.
        await turn();
      }
      return good;
    });
  }

  /** Obeys lines that nobody types at a prompt, and tells of each whether it was taken, until the session ends. */
  runLines(lines: AsyncIterable<string>, obeyed: (taken: boolean) => void): Promise<void> {
    return this.#attended(async () => {
      this.#reading = true;
      for await (const line of untilAborted(lines, this.#gone.signal)) {
        if (this.#gone.signal.aborted) return;
        this.#reading = false;
        this.typedAt = this.#parts.now();
        obeyed(await this.#obey({ text: line, end: "enter" }, null));
        this.#reading = true;
      }
    });
  }

  /** Whether the line, typed now, would change nothing: not even the session. */
  onlyAsks(line: string): boolean {
    const read = readCommand(this.#parts.language, this.#at, line);
    return read.kind === "exec" ? read.found.command.kind === "show" : read.kind !== "line";
  }

  async #attended<Result>(work: () => Promise<Result>): Promise<Result> {
    const gone = () => this.close();
    this.#terminal.output.on("resize", this.#resized).once("close", gone);
    this.#keys.start();
    try {
      return await work();
    } finally {
      this.#keys.stop();
      this.#terminal.output.off("resize", this.#resized).off("close", gone);
    }
  }

  async ask(prompt: string, { hidden = false } = {}): Promise<string | undefined> {
    this.#terminal.asks?.(hidden ? "secret" : "text");
    if (hidden) return readHidden(this.#keys, this.#output, prompt);
    const typed = await this.#discipline.readLine({ prompt, ...NO_COMMAND });
    return typed?.end === "enter" ? typed.text : undefined;
  }

  get configurationSession(): string | null {
    return this.#place.configurationSession;
  }

  leaveConfiguration(): void {
    this.#place.leave();
  }

  configure(session: string | null): void {
    this.#place.configure(session);
  }

  /** From now on no further line is obeyed, though one was typed already. `why`: a sentence, said to the person. */
  close(why?: string): void {
    if (why !== undefined) void this.#output.write(`\r\n% ${why}\r\n`);
    this.#gone.abort();
    this.#keys.stop();
  }

  /** Nobody typed for too long: ends the session, unless something runs in it that waits for nobody. */
  idle(): void {
    if (!this.#reading && !this.#keys.awaited) return;
    this.close("Nobody typed for a while: this session ends.");
  }

  /** A page follows the terminal unless the person has said how long it is. */
  readonly #resized = (): void => {
    const { rows, columns } = this.#size;
    if (!this.#terminal.interactive) return;
    this.#size = sizeOf(this.#terminal.output);
    if (this.pageLength === rows) this.pageLength = this.#size.rows;
    if (this.width === columns) this.width = this.#size.columns;
  };

  get #prompt(): string {
    return this.#place.prompt(this.#parts.appliance.facts().hostname, this.level);
  }

  get #at(): Prompt {
    return { modes: this.#place.modes, level: this.level };
  }

  get #context(): Context {
    const { appliance, actor, now } = this.#parts;
    return { appliance, actor: { ...actor, level: this.level }, session: this, signal: this.#gone.signal, now };
  }

  #readCommand(prompt: string): Promise<TypedLine | undefined> {
    const { language, appliance } = this.#parts;
    const facts = appliance.facts();
    const at = this.#at;
    return this.#discipline.readLine({
      prompt,
      history: this.#history,
      complete: (line) => completeAt(language, at, line, facts),
      endsInFreeText: (line) => endsInFreeText(language, at, line),
      help(line) {
        const help = helpAt(language, at, line, facts);
        return "code" in help ? complaintLines(lineError(help, line), prompt.length) : helpLines(help);
      },
    });
  }

  /** False: it was refused. `promptWidth`: null when it was not typed at a prompt. */
  async #obey({ text, end }: TypedLine, promptWidth: number | null): Promise<boolean> {
    const shown = shownLine(this.#parts.language, this.#at, text);
    if (text.trim() !== "") this.#remember(shown);
    this.running = shown.trim();
    try {
      return await this.#obeyLine(text, shown, promptWidth);
    } catch (error) {
      if (!(error instanceof Sentence)) this.#parts.fault(error, shown);
      await this.#say([error instanceof Sentence ? `% ${error.message}` : FAULT]);
      return false;
    } finally {
      this.running = null;
      if (end === "ctrl-d") await this.#say(this.#place.close(this.#place.modes.slice(0, -1)));
      if (end === "ctrl-z" || this.level < CONFIGURE_LEVEL) await this.#say(this.#place.close());
    }
  }

  #remember(text: string): void {
    this.#history.push(text);
    this.#history.splice(0, this.#history.length - HISTORY_MAX);
  }

  async #obeyLine(text: string, shown: string, promptWidth: number | null): Promise<boolean> {
    if (text.length > LINE_MAX)
      throw new Sentence(`A line has at most ${LINE_MAX} characters: this one was not obeyed.`);
    const read = readCommand(this.#parts.language, this.#at, text);
    if (read.kind === "error") {
      await this.#say(complaintLines(read.error, promptWidth));
      return false;
    }
    if (read.kind !== "nothing") this.#parts.obeys(shown, this.level);
    const [context, keys, output] = [this.#context, this.#keys, this.#output];
    if (read.kind === "exec") await execute({ ...read, context, keys, output });
    if (read.kind === "leave") await this.#say(this.#place.close(read.modes));
    if (read.kind !== "line") return true;
    const { appliance } = this.#parts;
    const { taken, said } = await this.#place.enter({ text, promptWidth, ...read }, appliance, context.actor);
    await this.#say(said);
    return taken;
  }

  async #say(lines: Iterable<string>): Promise<void> {
    await this.#output.write([...lines].map((line) => `${line}\r\n`).join(""));
  }
}

function sizeOf({ rows = 24, columns = 80 }: Terminal["output"]) {
  return { rows, columns };
}
