// `show tech-support`: what whoever helps from afar asks for first, in one go.

import { reasonOf } from "../../mgmt/sentence.ts";
import { match } from "../grammar/match.ts";
import { type Answer, type ExecCommand, showAnswers } from "./exec.ts";
import { showHelp } from "./help.ts";

/** In this order, as they are typed. */
const parts = [
  "show version",
  "show inventory",
  "show clock",
  "show system operation-status",
  "show processes",
  "show running-config",
  "show configuration diff",
  "show configuration incomplete",
  "show configuration revisions",
  "show configuration sessions",
  "show archive config rollback timer",
  "show interface LineCard 0",
  "show interface LineCard 0 link mode",
  "show interface LineCard 0 connection-mode",
  "show interface LineCard 0 counters",
  "show interface LineCard 0 tables",
  "show interface LineCard 0 workers",
  "show interface LineCard 0 subscriber amount",
  "show mass-mailing",
  "show users",
  "show login",
  "show login failures",
  "show ip ssh",
  "show ssh",
  "show aaa servers",
  "show audit",
  "show logging",
] as const;

/** What is sent away has no secrets: whoever asks is shown what this level may see. */
const LEVEL = 10;

/** `shows`: the commands among which the parts are found; throws when one is not there. */
export function techSupport(shows: readonly ExecCommand[]): ExecCommand {
  const allowed = shows.filter(({ level }) => level <= LEVEL);
  const found = parts.map((typed) => ({ typed, ...partOf(typed, allowed) }));
  return showAnswers({
    syntax: "show tech-support",
    help: { ...showHelp, "tech-support": "Everything that a supporter asks for, without secrets" },
    level: LEVEL,
    async *answers(context) {
      const asked = { ...context, actor: { ...context.actor, level: LEVEL } } as const;
      for (const { typed, command, args } of found) {
        if (context.signal.aborted) return;
        yield { data: { command: typed }, lines: () => ["", `------------------ ${typed} ------------------`, ""] };
        yield* unlessBroken(command.execute(asked, args as never));
      }
    },
  });
}

function partOf(typed: string, shows: readonly ExecCommand[]) {
  const found = match(shows, typed);
  if ("code" in found) throw new Error(`No show is typed as "${typed}".`);
  return found;
}

/** A part that fails says so and stops no other: what support is asked about may be just what is broken. */
async function* unlessBroken(answers: AsyncIterable<Answer>): AsyncGenerator<Answer> {
  try {
    for await (const { data, lines } of answers) yield { data, lines: () => linesUnlessBroken(lines) };
  } catch (error) {
    const reason = reasonOf(error);
    yield { data: { failed: reason }, lines: () => [failed(reason)] };
  }
}

function* linesUnlessBroken(lines: Answer["lines"]): Iterable<string> {
  try {
    yield* lines();
  } catch (error) {
    yield failed(reasonOf(error));
  }
}

function failed(reason: string): string {
  return `This part failed: ${reason}`;
}
