// Where in the modes a session types: at the prompt, or in the configuration, where lines are entered.

import type { Appliance } from "../../mgmt/appliance.ts";
import type { Level } from "../../mgmt/level.ts";
import { enterLine } from "../../mgmt/operations/configuration.ts";
import type { Actor } from "../../mgmt/operations/operation.ts";
import { EXEC } from "../commands/exec.ts";
import type { Modes } from "../grammar/modes.ts";
import { clashLines, waitingText } from "../views/configuration.ts";
import { complaintLines } from "./complaint.ts";

/** The mode of lines outside every object. */
const CONFIGURATION = "global";

/** The modes that prompts name otherwise. */
const modeNames: Readonly<Record<string, string>> = { linecard: "if", vty: "line" };

/** From this level on the prompt ends in `#`. */
const PRIVILEGED: Level = 10;

/** A line, the modes that it is typed in and those open after it. */
export interface Entered {
  readonly text: string;
  readonly open: Modes;
  readonly modes: Modes;
  /** Columns of the prompt that it stands behind; null: it was not typed at one. */
  readonly promptWidth: number | null;
}

export class Place {
  /** Open modes, innermost last: `exec`, or `global` and those within. */
  #modes: Modes = [EXEC];
  /** The lines that opened those within `global`. */
  #lines: readonly string[] = [];
  /** The configuration session that lines go to; null: they are in force at once. */
  #session: string | null = null;
  /** That commits wait was said since the configuration was entered. */
  #waitingSaid = false;
  /** The configuration session has lines of this visit. */
  #kept = false;

  get modes(): Modes {
    return this.#modes;
  }

  prompt(hostname: string, level: Level): string {
    const [first, ...within] = this.#modes;
    if (first === EXEC) return `${hostname}${level >= PRIVILEGED ? "#" : ">"}`;
    const mode = within.at(-1);
    const words = [
      "config",
      ...(this.#session === null ? [] : ["s", this.#session]),
      ...(mode === undefined ? [] : [modeNames[mode] ?? mode]),
    ];
    return `${hostname}(${words.join("-")})#`;
  }

  get configurationSession(): string | null {
    return this.#session;
  }

  /** Back to the prompt. */
  leave(): void {
    this.#modes = [EXEC];
    this.#session = null;
    this.#kept = false;
  }

  /** Into the configuration. */
  configure(session: string | null): void {
    this.#modes = [CONFIGURATION];
    this.#kept &&= this.#session === session;
    this.#session = session;
    this.#waitingSaid = false;
  }

  /** Only these of the open modes stay open; left out: none. Returns what is to be said. */
  close(modes: Modes = [EXEC]): string[] {
    const [name, kept] = [this.#session, this.#kept];
    this.#modes = modes;
    if (modes.length > 0 && modes[0] !== EXEC) return [];
    this.leave();
    if (!kept) return [];
    return [`Session ${name} keeps its lines: "configure session ${name}" goes on, "commit" or "abort" there.`];
  }

  /** Enters a line of the configuration, and the mode that it opens. Returns what is to be said, and whether it was taken. */
  async enter(
    { text, open, modes, promptWidth }: Entered,
    appliance: Pick<Appliance, "perform">,
    actor: Actor,
  ): Promise<{ taken: boolean; said: Iterable<string> }> {
    const lines = [...this.#lines.slice(0, open.length - 1), text];
    const committed = await appliance.perform(enterLine, { lines, session: this.#session }, actor);
    if (committed.outcome === "wrong") {
      const [error] = committed.errors;
      if (!error) return { taken: false, said: [] };
      return {
        taken: false,
        said: error.line === lines.length ? complaintLines(error, promptWidth) : [`% ${error.message}`],
      };
    }
    if (committed.outcome === "clash") return { taken: false, said: clashLines(committed.clashes) };
    this.#kept = this.#session !== null;
    const waits = committed.outcome === "waiting";
    const said = waits && !this.#waitingSaid ? [waitingText(committed.revision)] : [];
    this.#waitingSaid = waits;
    this.#modes = modes;
    this.#lines = lines.slice(0, modes.length - 1);
    return { taken: true, said };
  }
}
