// Questions about the configuration as a whole: its text, what differs, its revisions, what waits to be confirmed.

import type { Pending, Source } from "../../mgmt/config/service.ts";
import { CONFIGURE_LEVEL } from "../grammar/command.ts";
import {
  diffLines,
  incompleteLines,
  linesOf,
  pendingLines,
  revisionLines,
  runningLines,
  sessionLines,
  startupLines,
} from "../views/configuration.ts";
import { type Context, type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

/** Who may see secrets, as hashes, in it. */
const SEE_SECRETS = 15;

const RUNNING: Source = { kind: "running" };
const STARTUP: Source = { kind: "startup" };

const configurationHelp = { ...showHelp, configuration: "The configuration and its revisions" };
const revisionHelp = { revision: "One that was in force", "<revision>": "Its number" };

async function textOf({ appliance, actor }: Context, source: Source, all = false): Promise<{ text: string }> {
  return { text: await appliance.configuration.text(source, { secrets: actor.level >= SEE_SECRETS, all }) };
}

const showRunning = show({
  level: CONFIGURE_LEVEL,
  syntax: "show running-config [<defaults:all>]",
  help: { ...showHelp, "running-config": "The configuration in force", all: "With what is at its default" },
  query: (context, { defaults }) => textOf(context, RUNNING, defaults !== undefined),
  view: ({ text }) => runningLines(text),
});

const writeTerminal = show({
  level: CONFIGURE_LEVEL,
  syntax: "write terminal",
  help: { write: "Save or show the configuration", terminal: "Show the one in force" },
  query: (context) => textOf(context, RUNNING),
  view: ({ text }) => runningLines(text),
});

const showStartup = show({
  level: CONFIGURE_LEVEL,
  syntax: "show startup-config",
  help: { ...showHelp, "startup-config": "The configuration that a restart of the machine begins with" },
  query: (context) => textOf(context, STARTUP),
  view: ({ text }) => startupLines(text),
});

const showRevision = show({
  level: CONFIGURE_LEVEL,
  syntax: "show configuration revision <revision:1-999999999>",
  help: { ...configurationHelp, ...revisionHelp },
  query: (context, { revision }) => textOf(context, { kind: "revision", number: revision }),
  view: ({ text }) => linesOf(text),
});

const showRevisions = show({
  level: CONFIGURE_LEVEL,
  syntax: "show configuration revisions [count <count:1-100>]",
  help: {
    ...configurationHelp,
    revisions: "Those that were in force, the latest first",
    count: "How many",
    "<count>": "So many (default 20)",
  },
  query: ({ appliance }, { count = 20 }) => appliance.configuration.revisions(count),
  view: revisionLines,
});

const diffHelp = {
  ...configurationHelp,
  diff: "What differs: in a session what it would change, else what is not saved",
};

const showDiff = show({
  level: CONFIGURE_LEVEL,
  syntax: "show configuration diff",
  help: diffHelp,
  query({ appliance, session }) {
    const name = session.configurationSession;
    const [from, to] = name === null ? [STARTUP, RUNNING] : [RUNNING, { kind: "session", name } as const];
    return appliance.configuration.diff(from, to);
  },
  view: diffLines,
});

const showDiffRevision = show({
  level: CONFIGURE_LEVEL,
  syntax: "show configuration diff revision <revision:1-999999999>",
  help: { ...diffHelp, ...revisionHelp },
  query: ({ appliance }, { revision }) => appliance.configuration.diff({ kind: "revision", number: revision }, RUNNING),
  view: diffLines,
});

const showIncomplete = show({
  level: CONFIGURE_LEVEL,
  syntax: "show configuration incomplete",
  help: { ...configurationHelp, incomplete: "Objects that were begun and do nothing yet" },
  query: ({ appliance, session: { configurationSession: name } }) =>
    appliance.configuration.incomplete(name === null ? RUNNING : { kind: "session", name }),
  view: incompleteLines,
});

const showSessions = show({
  level: CONFIGURE_LEVEL,
  syntax: "show configuration sessions",
  help: { ...configurationHelp, sessions: "Configurations that are being typed" },
  query: ({ appliance }) => appliance.configuration.sessions(),
  view: sessionLines,
});

const archiveHelp = { ...showHelp, archive: "Revisions, as IOS calls them" };

const showArchive = show({
  level: CONFIGURE_LEVEL,
  syntax: "show archive",
  help: archiveHelp,
  query: ({ appliance }) => appliance.configuration.revisions(10),
  view: revisionLines,
});

const showTimer = show({
  level: CONFIGURE_LEVEL,
  syntax: "show archive config rollback timer",
  help: {
    ...archiveHelp,
    config: "The configuration",
    rollback: "Going back to an earlier one",
    timer: "The change that waits to be confirmed",
  },
  query: ({ appliance }) => appliance.configuration.pending(),
  view: timerLines,
});

function timerLines(pending: Pending | null, _: unknown, { now }: Context): string[] {
  if (!pending) return ["%No Rollback Confirmed Change pending"];
  const minutes = Math.max(1, Math.ceil((pending.revertsAt - now()) / 60_000));
  return [
    "Timer type: absolute timer",
    `Timer value: ${minutes} min`,
    `User: ${pending.user}`,
    ...pendingLines(pending),
  ];
}

export const configurationCommands: readonly ExecCommand[] = [
  ...[showRunning, writeTerminal, showStartup, showRevision, showRevisions],
  ...[showDiff, showDiffRevision, showIncomplete, showSessions, showArchive, showTimer],
];
