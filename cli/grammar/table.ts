// A table of commands: what can be typed in which mode, and by whom.

import { type Level, levels } from "../../mgmt/level.ts";
import { type Command, EVERYWHERE } from "./command.ts";
import { faultsOf } from "./faults.ts";

export interface CommandTable<C extends Command = Command> {
  /** The mode that typing begins in. */
  readonly start: string;
  /** `start` first. */
  readonly modes: readonly string[];
  readonly commands: readonly C[];
  /** The commands that can be typed in a mode, by somebody of a level (the highest if it is left out). */
  commandsIn(mode: string, level?: Level): readonly C[];
}

/** Throws an error that lists the faults, if there are some. */
export function commandTable<C extends Command>(start: string, commands: readonly C[]): CommandTable<C> {
  const modes = [...new Set([start, ...commands.flatMap(({ enters }) => enters ?? [])])];
  const byMode = new Map(
    modes.map((mode) => [mode, commands.filter((command) => [mode, EVERYWHERE].includes(command.mode))]),
  );
  const faults = faultsOf(commands, byMode);
  if (faults.length > 0) throw new Error(["The command table has faults:", ...faults].join("\n"));

  const visible = new Map(
    levels.map((level) => [level, new Map([...byMode].map(([mode, all]) => [mode, visibleAt(level, all)]))]),
  );
  return { start, modes, commands, commandsIn: (mode, level = 15) => visible.get(level)?.get(mode) ?? [] };
}

/** To others a command does not exist. */
function visibleAt<C extends Command>(level: Level, commands: readonly C[]): C[] {
  return commands.filter((command) => command.level <= level);
}
