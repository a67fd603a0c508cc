// Asks an appliance of scenes.ts as a session does.
import { aaaCommands } from "../../../cli/commands/aaa.ts";
import { dhcpCommands } from "../../../cli/commands/dhcp.ts";
import type { Answer, Context, ExecCommand } from "../../../cli/commands/exec.ts";
import { interfaceCommands } from "../../../cli/commands/interface.ts";
import { radiusAccountingCommands } from "../../../cli/commands/radius-accounting.ts";
import { sshCommands } from "../../../cli/commands/ssh.ts";
import { systemCommands } from "../../../cli/commands/system.ts";
import { language } from "../../../cli/commands/table.ts";
import { match } from "../../../cli/grammar/match.ts";
import type { Level } from "../../../mgmt/level.ts";
import { Sentence } from "../../../mgmt/sentence.ts";
import { clock, scenes } from "./scenes.ts";

/** Those whose transcripts are here. */
export const own: readonly ExecCommand[] = [
  ...[...systemCommands, ...interfaceCommands, ...aaaCommands, ...dhcpCommands, ...radiusAccountingCommands],
  ...sshCommands.filter(({ kind }) => kind === "show"),
];
export const commands = language.exec.commands;

/** The lines that a session prints. */
export async function shown(scene: string, line: string): Promise<string[]> {
  try {
    return (await answers(scene, line)).flatMap((answer) => [...answer.lines()]);
  } catch (error) {
    if (error instanceof Sentence) return [`% ${error.message}`];
    throw error;
  }
}

export async function answers(scene: string, line: string): Promise<Answer[]> {
  const found = match(commands, line);
  if ("code" in found) throw new Error(`No show is typed as "${line}".`);
  return Array.fromAsync(found.command.execute(contextIn(scene), found.args as never));
}

export function contextIn(scene: string, level: Level = 10): Context {
  const signal = new AbortController().signal;
  const actor = { user: "alice", level, from: "console", session: 1 };
  const session = { configurationSession: null };
  return { appliance: scenes[scene], actor, session, now: clock.now, signal } as unknown as Context;
}
