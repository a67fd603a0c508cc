// What is so of subscribers beside the configuration, as it can be typed again.

import { OF_CONFIGURATION } from "../../mgmt/engine/policy_override.ts";
import { CONFIGURE_LEVEL } from "../grammar/command.ts";
import { introducedLines } from "../views/names.ts";
import { typedLines } from "../views/overrides.ts";
import { type Answer, type Context, type ExecCommand, showAnswers } from "./exec.ts";
import { showHelp } from "./help.ts";

export const runningSubscribers: ExecCommand = showAnswers({
  syntax: "show running-config subscribers",
  help: {
    ...showHelp,
    "running-config": "The configuration in force",
    subscribers: "Those that were introduced, and what was decided about some, as it can be typed again",
  },
  level: CONFIGURE_LEVEL,
  async *answers(context) {
    yield* names(context);
    yield* overrides(context);
  },
});

async function* names({ appliance }: Context): AsyncIterable<Answer> {
  let any = false;
  for await (const introduced of appliance.names.introduced()) {
    if (!any) yield said("configure terminal", "interface LineCard 0");
    any = true;
    yield { data: introduced, lines: () => introducedLines(introduced) };
  }
  if (any) yield said("end");
}

async function* overrides({ appliance, now }: Context): AsyncIterable<Answer> {
  for await (const page of appliance.overrides.list()) {
    const made = page.filter(({ number }) => number !== OF_CONFIGURATION);
    yield { data: made, lines: () => typedLines(made, now()) };
  }
}

function said(...lines: readonly string[]): Answer {
  return { data: lines, lines: () => lines };
}
