// What is typed in `interface LineCard 0` beside its lines: subscribers by name, which are no part of the configuration.

import { PACKAGE_ID_MAX } from "../../mgmt/config/sections/packages.ts";
import { SUBSCRIBER } from "../../mgmt/config/sections/subscribers.ts";
import { importLeases } from "../../mgmt/operations/dhcp.ts";
import {
  exportNames,
  importNames,
  introduceName,
  mapName,
  removeAllNames,
  removeName,
  unmapName,
} from "../../mgmt/operations/names.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { number } from "../../mgmt/words.ts";
import { backHelp } from "../grammar/command.ts";
import { importedLeaseLines, leaseRefusal } from "../views/dhcp.ts";
import { importedLines, importRefusal, progressText, subscribersText } from "../views/name-files.ts";
import { confirmed } from "./confirmed.ts";
import { act, type Context, type ExecCommand } from "./exec.ts";
import { exportHelp, importHelp } from "./file-help.ts";
import { withProgress } from "./progress.ts";

const mode = "linecard";

const PROGRESS_MS = 1000;

const subscriberHelp = { subscriber: SUBSCRIBER } as const;
const nameHelp = {
  ...subscriberHelp,
  ...{ name: "One subscriber, by name: in force at once, and no part of the configuration", "<name>": "His name" },
} as const;
const backNameHelp = { ...nameHelp, no: backHelp.no } as const;
const mappingHelp = { mapping: "What of the network is his", "<keys>": "Addresses, or VLAN tags" } as const;
const introduce = act({
  mode,
  syntax: `subscriber name <name:NAME> [package <package:0-${PACKAGE_ID_MAX}>]`,
  help: { ...nameHelp, package: "Which package he has (default 0)", "<package>": "Its number" },
  suggest: { package: ({ packages }) => packages.map(({ id }) => id) },
  operation: introduceName,
  input: ({ name, package: id = 0 }, context) => atOnce(context, { name, package: id }),
});

const map = act({
  mode,
  syntax: "subscriber name <name:NAME> mapping <keys:MAPPING>",
  help: { ...nameHelp, ...mappingHelp },
  operation: mapName,
  input: (args, context) => atOnce(context, args),
});

const remove = act({
  mode,
  syntax: "no subscriber name <name:NAME>",
  help: backNameHelp,
  operation: removeName,
  input: (args, context) => atOnce(context, args),
});

const unmap = act({
  mode,
  syntax: "no subscriber name <name:NAME> mapping <keys:MAPPING>",
  help: { ...backNameHelp, ...mappingHelp },
  operation: unmapName,
  input: (args, context) => atOnce(context, args),
});

const removeAll = act({
  mode,
  syntax: "no subscriber all",
  help: { ...subscriberHelp, no: backHelp.no, all: "Everybody who was introduced here, or by a file" },
  operation: removeAllNames,
  async input(_, context) {
    atOnce(context, {});
    const { fixed } = context.appliance.nameStatus().figures;
    await confirmed(context, `Forget all ${number(fixed)} of them?`, "nothing has changed");
    return {};
  },
  view: (count) => [`${subscribersText(count)} forgotten.`],
});

const importing = withProgress(
  act({
    mode,
    syntax: "subscriber import csv-file <file:WORD> [<dryRun:dry-run>] [<continueOnError:continue-on-error>]",
    help: {
      ...{ ...subscriberHelp, ...importHelp },
      "dry-run": "Only look at it: nothing is taken",
      "continue-on-error": "Take the lines that are right (default: none, if one is wrong)",
    },
    operation: importNames,
    input: ({ file, dryRun, continueOnError }, context) =>
      atOnce(context, { file, dryRun: dryRun !== undefined, continueOnError: continueOnError !== undefined }),
    refusal: importRefusal,
    view: importedLines,
  }),
  PROGRESS_MS,
  ({ appliance }) => {
    const { importing: progress } = appliance.nameStatus();
    return progress && progressText(progress);
  },
);

const exporting = act({
  mode,
  syntax: "subscriber export csv-file <file:WORD>",
  help: { ...subscriberHelp, ...exportHelp },
  operation: exportNames,
  input: ({ file }, context) => atOnce(context, { file }),
  view: (count) => [`${subscribersText(count)} written.`],
});

const importingLeases = withProgress(
  act({
    mode,
    syntax: "subscriber import kea-leases <file:WORD> [<dryRun:dry-run>]",
    help: {
      ...{ ...subscriberHelp, ...importHelp },
      "kea-leases": "Leases, from a lease file of Kea's (kea-leases4.csv, kea-leases6.csv)",
      "dry-run": "Only look at it: nothing is taken",
    },
    operation: importLeases,
    input: ({ file, dryRun }, context) => atOnce(context, { file, dryRun: dryRun !== undefined }),
    refusal: leaseRefusal,
    view: importedLeaseLines,
  }),
  PROGRESS_MS,
  ({ appliance }) => {
    const { leaseLines } = appliance.nameStatus();
    return leaseLines === null ? null : `${number(leaseLines)} lines are read.`;
  },
);

export const nameLines: readonly ExecCommand[] = [
  ...[introduce, map, importing, importingLeases, exporting],
  ...[remove, unmap, removeAll],
];

/** Who types in a session expects that nothing is in force until he commits it. */
function atOnce<Input>({ session }: Context, input: Input): Input {
  if (session.configurationSession === null) return input;
  throw new Sentence(
    'Subscribers are in force at once and no part of a configuration session: type it in "configure terminal".',
  );
}
