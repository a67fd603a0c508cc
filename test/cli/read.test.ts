import test from "ava";
import type { Prompt } from "../../cli/grammar/prompt.ts";
import { readCommand } from "../../cli/grammar/read.ts";
import { at, inGlobal, inZone, language } from "./sample.ts";

/** What a line means, in short. */
function reading(prompt: Prompt, text: string): string {
  const read = readCommand(language, prompt, text);
  const said = ({ command, args }: { command: { syntax: string }; args: object }) =>
    `${command.syntax} ${JSON.stringify(args)}`;
  if (read.kind === "nothing") return "nothing";
  if (read.kind === "error") return `${" ".repeat(read.error.column)}^ ${read.error.message}`;
  if (read.kind === "leave") return `leave for ${read.modes.join("/")}`;
  if (read.kind === "exec") return ["exec", ...[read.found, ...read.pipes].map(said)].join(" | ");
  return `${read.open.join("/")}: ${said(read.found)}: ${read.modes.join("/")}`;
}

const rows: readonly (readonly [Prompt, string, string])[] = [
  [at(0), "", "nothing"],
  [at(0), "  ! show version | count", "nothing"],
  [at(0), "sh ver", "exec | show version {}"],
  [at(0), "SHOW Version", "exec | show version {}"],
  [at(5), "sh z home", 'exec | show zone <name:WORD> [detail] {"name":"home"}'],
  [at(5), "show subscriber ip 2001:DB8:0::1", 'exec | show subscriber ip <address:ADDRESS> {"address":"2001:db8::1"}'],

  // Somebody's level hides commands.
  [at(0), "sh z home", "   ^ Invalid input detected at '^' marker."],
  [at(0), "sh s", "exec | show sessions {}"],
  [at(5), "sh s", '   ^ Ambiguous command:  "sh s"'],
  [at(10), "reload", "^ Invalid input detected at '^' marker."],
  [at(15), "rel", "exec | reload {}"],

  [at(5), "show", "     ^ Incomplete command."],
  [at(5), "show version now", "             ^ Invalid input detected at '^' marker."],
  [at(5), 'show "version"', "     ^ Invalid input detected at '^' marker."],
  [at(5), "show subscriber ip 192.0.2.256", "                   ^ Invalid input detected at '^' marker."],
  [at(10), "s\u001b[2J\t\u202e", "^ Invalid input detected at '^' marker."],

  // The rest of a line.
  [
    at(10),
    'rollback 7 com  too  "many" | zones  ',
    'exec | rollback <number:1-199> [comment <comment:LINE>] {"number":7,"comment":"too  \\"many\\" | zones"}',
  ],
  [
    at(10),
    'rollback 7 comment "a  reason "',
    'exec | rollback <number:1-199> [comment <comment:LINE>] {"number":7,"comment":"a  reason "}',
  ],
  [at(10), "rollback 7 comment", "                   ^ Incomplete command."],
  [at(10), "rollback 7 comment a\u0007b", "                   ^ Invalid input detected at '^' marker."],

  // Pipes.
  [
    at(0),
    "show version | include up|down | count",
    'exec | show version {} | include <pattern:LINE> {"pattern":"up|down"} | count {}',
  ],
  [at(0), 'sh ver|i "a | b" |json', 'exec | show version {} | include <pattern:LINE> {"pattern":"a | b"} | json {}'],
  [at(0), "show version | x", "               ^ Invalid input detected at '^' marker."],
  [at(0), "show version | count |", "                      ^ Incomplete command."],
  [at(0), "show | count", "     ^ Incomplete command."],
  [at(15), "reload | count", "       ^ Invalid input detected at '^' marker."],

  // In modes of the configuration.
  [inGlobal, "zone a", 'global: zone <name:WORD> {"name":"a"}: global/zone'],
  [inZone, "ip 10.0.0.0/8", 'global/zone: ip <prefix:PREFIX> {"prefix":"10.0.0.0/8"}: global/zone'],
  [inZone, "zone b", 'global: zone <name:WORD> {"name":"b"}: global/zone'],
  [inZone, "no zone b", 'global: no zone <name:WORD> {"name":"b"}: global'],
  [inZone, "no ip 10.0.0.0/8", 'global/zone: no ip <prefix:PREFIX> {"prefix":"10.0.0.0/8"}: global/zone'],
  [inZone, "default owner", "global/zone: default owner {}: global/zone"],
  [
    inZone,
    'ow "me" ip-c s g',
    'global/zone: owner <name:STRING> IP-class <class:gold|silver...> {"name":"me","class":["gold","silver"]}: global/zone',
  ],
  [inZone, "show version", "^ Invalid input detected at '^' marker."],
  [inZone, "no owners", "   ^ Invalid input detected at '^' marker."],
  [inZone, "exit", "leave for global"],
  [inGlobal, "exit", "leave for exec"],
  [inZone, "end", "leave for exec"],

  [inZone, "do sh z home | c", 'exec | show zone <name:WORD> [detail] {"name":"home"} | count {}'],
  [inZone, "do", "   ^ Incomplete command."],
  [inZone, "do show zone", "             ^ Incomplete command."],
  [inZone, "do show zone !", "             ^ Invalid input detected at '^' marker."],
  [{ ...inZone, level: 10 }, "do reload", "   ^ Invalid input detected at '^' marker."],
  [at(15), "do show version", "^ Invalid input detected at '^' marker."],
];

for (const [prompt, text, expected] of rows) {
  test(`${prompt.modes.at(-1)} at level ${prompt.level} understands ${JSON.stringify(text)}`, (t) => {
    t.is(reading(prompt, text), expected);
  });
}

test("an argument's column is that of the line, behind do and bars too", (t) => {
  const read = readCommand(language, inZone, "do show zone home | include x");
  t.deepEqual(read.kind === "exec" && [read.found.columns, read.pipes[0]?.columns], [{ name: 13 }, { pattern: 28 }]);
});
