// Lines of IOS for what is done otherwise here: each is refused with a sentence that says how.

import type { Line } from "../../../cli/grammar/command.ts";
import { type HelpWords, routesOf } from "../../../cli/grammar/syntax.ts";
import { problem } from "../problems.ts";
import type { Section } from "../section.ts";
import { AAA } from "./aaa.ts";
import { SET_USERS_LEVEL } from "./users.ts";
import { LINE } from "./vty.ts";

export const foreign: Section = {
  lines: [
    otherwise(
      "access-list <entry:LINE>",
      { "access-list": "As IOS has it: zones are used here", "<entry>": "It is not kept" },
      'Addresses are gathered in zones here: use "zone", and "access-class" of "line vty".',
    ),
    otherwise(
      "aaa authorization <what:LINE>",
      { aaa: AAA, authorization: "As IOS has it: who lets somebody in gives his level", "<what>": "It is not kept" },
      "Who lets somebody in gives his level too: leave this line out.",
    ),
    otherwise(
      "crypto <what:LINE>",
      { crypto: 'As IOS has it: "ip ssh key generate" at the prompt', "<what>": "It is not kept" },
      'Host keys are made when SSH is switched on, and anew by "ip ssh key generate" at the prompt.',
    ),
    otherwise(
      "line con 0",
      { line: LINE, con: "As IOS has it: the console has no settings", "0": "The only one" },
      "The console is the machine's own, and has no settings here: leave this line out.",
    ),
    otherwise(
      "ntp <what:LINE>",
      { ntp: "As IOS has it: the time is the machine's own", "<what>": "It is not kept" },
      "The time is that of the machine this runs on: set up NTP there.",
    ),
  ],
  render: () => [],
  check: () => [],
};

function otherwise<const Syntax extends string>(
  syntax: Syntax,
  help: Readonly<Record<HelpWords<Syntax>, string>>,
  sentence: string,
): Line {
  return {
    ...{ mode: "global", level: SET_USERS_LEVEL, syntax, help, routes: routesOf(syntax) },
    run: () => {},
    refuse: () => problem([], "done-otherwise", sentence),
    slot: () => syntax,
    isRefused: true,
  };
}
