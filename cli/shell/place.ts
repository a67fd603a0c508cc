// Where in the modes a session types, and the prompt that shows it.

import type { Level } from "../../mgmt/level.ts";
import { EXEC } from "../commands/exec.ts";

/** The mode of lines outside every object. */
const CONFIGURATION = "global";

/** At the prompt, or in modes of the configuration. */
export interface Place {
  /** Open modes, innermost last: `exec`, or `global` and those within. */
  readonly modes: readonly string[];
  /** The lines that opened those within `global`. */
  readonly lines: readonly string[];
  /** The configuration session that lines go to; null: they are in force at once. */
  readonly session: string | null;
}

export const AT_PROMPT: Place = { modes: [EXEC], lines: [], session: null };

/** From this level on the prompt ends in `#`. */
const PRIVILEGED: Level = 10;

/** The modes that prompts name otherwise. */
const modeNames: Readonly<Record<string, string>> = { linecard: "if" };

export function promptAt({ modes: [first, ...within], session }: Place, hostname: string, level: Level): string {
  if (first === EXEC) return `${hostname}${level >= PRIVILEGED ? "#" : ">"}`;
  const mode = within.at(-1);
  const words = [
    "config",
    ...(session === null ? [] : ["s", session]),
    ...(mode === undefined ? [] : [modeNames[mode] ?? mode]),
  ];
  return `${hostname}(${words.join("-")})#`;
}

/** In the configuration, outside every object. */
export function configuring(session: string | null): Place {
  return { modes: [CONFIGURATION], lines: [], session };
}

/** With only the outermost `depth` modes open; none: at the prompt. */
export function outside(place: Place, depth: number): Place {
  if (depth <= 0) return AT_PROMPT;
  return { ...place, modes: place.modes.slice(0, depth), lines: place.lines.slice(0, depth - 1) };
}

/** In the mode that a line opened. */
export function inside(place: Place, mode: string, line: string): Place {
  return { ...place, modes: [...place.modes, mode], lines: [...place.lines, line] };
}
