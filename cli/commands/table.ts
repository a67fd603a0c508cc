// Everything that can be typed. A file of commands of the prompt is added here; lines of the configuration come from its
// sections (mgmt/config/table.ts). Faults are found when this is loaded. docs/commands.md is written from it.

import { configurationTable } from "../../mgmt/config/table.ts";
import type { Line } from "../grammar/command.ts";
import { doCommand, type Language, promptLine } from "../grammar/prompt.ts";
import { commandTable } from "../grammar/table.ts";
import { aaaCommands } from "./aaa.ts";
import { auditCommands } from "./audit.ts";
import { classifyCommands } from "./classify.ts";
import { commitCommands } from "./commit.ts";
import { configurationCommands } from "./configuration.ts";
import { configureCommands } from "./configure.ts";
import { csvFileLines } from "./csv-lines.ts";
import { dhcpCommands } from "./dhcp.ts";
import { EXEC, type ExecCommand } from "./exec.ts";
import { explainCommands } from "./explain.ts";
import { interfaceCommands } from "./interface.ts";
import { loggingCommands } from "./logging.ts";
import { loginCommands } from "./login.ts";
import { massMailingCommands } from "./mass-mailing.ts";
import { nameLines } from "./name-lines.ts";
import { nameCommands } from "./names.ts";
import { overrideCommands } from "./overrides.ts";
import { PIPE, type Pipe, pipeCommands } from "./pipes.ts";
import { radiusAccountingCommands } from "./radius-accounting.ts";
import { reloadCommands } from "./reload.ts";
import { reportCommands } from "./reports.ts";
import { runningSubscribers } from "./running-subscribers.ts";
import { saveCommands } from "./save.ts";
import { serviceCommands } from "./services.ts";
import { sessionCommands } from "./session.ts";
import { sshCommands } from "./ssh.ts";
import { subscriberCommands } from "./subscribers.ts";
import { systemCommands } from "./system.ts";
import { techSupport } from "./tech-support.ts";
import { userCommands } from "./users.ts";

const commands: readonly ExecCommand[] = [
  ...[...sessionCommands, ...configurationCommands, ...configureCommands, ...commitCommands, ...saveCommands],
  ...[...systemCommands, ...interfaceCommands, ...subscriberCommands, ...nameCommands, runningSubscribers],
  ...[...dhcpCommands, ...radiusAccountingCommands],
  ...[...serviceCommands, ...classifyCommands, ...explainCommands],
  ...[...massMailingCommands, ...overrideCommands, ...reportCommands, ...loggingCommands, ...auditCommands],
  ...reloadCommands,
  ...[...userCommands, ...loginCommands, ...sshCommands, ...aaaCommands],
];
const exec: readonly ExecCommand[] = [...commands, techSupport(commands)];

export const language: Language<ExecCommand, Line, Pipe> = {
  exec: commandTable(EXEC, exec),
  configuration: commandTable(configurationTable.start, [
    ...configurationTable.commands,
    ...[...nameLines, ...csvFileLines].map((command) => promptLine(command, command.mode)),
    ...exec.filter(isTypedEverywhere).map((command) => promptLine(command)),
    doCommand,
  ]),
  pipe: commandTable(PIPE, pipeCommands),
};

/** What an operator types between two lines of the configuration. */
function isTypedEverywhere({ syntax }: ExecCommand): boolean {
  return /^(show|commit|abort|rollback|configure|copy|write)\b/.test(syntax);
}
