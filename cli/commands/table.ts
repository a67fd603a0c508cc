// Everything that can be typed. A file of commands of the prompt is added by its import and a line in `exec`; lines of the
// configuration come from its sections (mgmt/config/table.ts). Faults of the tables are found when this is loaded.

import { configurationTable } from "../../mgmt/config/table.ts";
import type { Line } from "../grammar/command.ts";
import { doCommand, type Language } from "../grammar/prompt.ts";
import { commandTable } from "../grammar/table.ts";
import { EXEC, type ExecCommand } from "./exec.ts";
import { interfaceCommands } from "./interface.ts";
import { PIPE, type Pipe, pipeCommands } from "./pipes.ts";
import { systemCommands } from "./system.ts";

const exec: readonly (readonly ExecCommand[])[] = [systemCommands, interfaceCommands];

export const language: Language<ExecCommand, Line, Pipe> = {
  exec: commandTable(EXEC, exec.flat()),
  configuration: commandTable(configurationTable.start, [...configurationTable.commands, doCommand]),
  pipe: commandTable(PIPE, pipeCommands),
};
