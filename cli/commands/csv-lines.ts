// Anonymous groups and templates in files, typed in `interface LineCard 0`: what they say is lines of the configuration.

import type { CsvKind } from "../../mgmt/config/csv-file.ts";
import { SUBSCRIBER } from "../../mgmt/config/sections/subscribers.ts";
import { exportCsv, importCsv } from "../../mgmt/operations/configuration.ts";
import { number } from "../../mgmt/words.ts";
import { csvLines, csvRefusal } from "../views/name-files.ts";
import { act, type Context, type ExecCommand } from "./exec.ts";
import { exportHelp, importHelp } from "./file-help.ts";

const mode = "linecard";
const subscriberHelp = { subscriber: SUBSCRIBER } as const;

const groups = "Addresses that become subscribers when they are seen";
const templates = "What anonymous subscribers are born with";

const importGroups = act({
  mode,
  syntax: "subscriber anonymous-group import csv-file <file:WORD>",
  help: { ...subscriberHelp, "anonymous-group": groups, ...importHelp },
  operation: importCsv,
  input: ({ file }, context) => csvInput("anonymous-group", file, context),
  refusal: csvRefusal,
  view: csvLines,
});

const exportGroups = act({
  mode,
  syntax: "subscriber anonymous-group export csv-file <file:WORD>",
  help: { ...subscriberHelp, "anonymous-group": groups, ...exportHelp },
  operation: exportCsv,
  input: ({ file }) => ({ kind: "anonymous-group", file }),
  view: (count) => [`${number(count)} anonymous groups were written.`],
});

const importTemplates = act({
  mode,
  syntax: "subscriber template import csv-file <file:WORD>",
  help: { ...subscriberHelp, template: templates, ...importHelp },
  operation: importCsv,
  input: ({ file }, context) => csvInput("template", file, context),
  refusal: csvRefusal,
  view: csvLines,
});

const exportTemplates = act({
  mode,
  syntax: "subscriber template export csv-file <file:WORD>",
  help: { ...subscriberHelp, template: templates, ...exportHelp },
  operation: exportCsv,
  input: ({ file }) => ({ kind: "template", file }),
  view: (count) => [`${number(count)} templates were written.`],
});

export const csvFileLines: readonly ExecCommand[] = [importGroups, exportGroups, importTemplates, exportTemplates];

function csvInput(kind: CsvKind, file: string, { session }: Context) {
  return { kind, file, session: session.configurationSession };
}
