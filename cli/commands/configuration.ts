// The commands about the configuration as a whole: seeing it, entering it, committing, going back, saving.

import type { Committed, Pending, Source } from "../../mgmt/config/service.ts";
import {
  commitSession,
  confirmCommit,
  loadStartup,
  revertNow,
  revertTimer,
  rollback,
  saveConfiguration,
} from "../../mgmt/operations/configuration.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import {
  configurationLines,
  diffLines,
  incompleteLines,
  outcomeLines,
  pendingLines,
  revisionLines,
  sessionLines,
} from "../views/configuration.ts";
import { act, type Context, type ExecCommand, own, type Session, show } from "./exec.ts";
import { showHelp } from "./help.ts";

/** Who may see the configuration. */
const SEE = 10;

/** Who may see secrets, as hashes, in it. */
const SEE_SECRETS = 15;

/** As Junos has it. */
const CONFIRM_MINUTES = 10;

const RUNNING: Source = { kind: "running" };
const STARTUP: Source = { kind: "startup" };

const configurationHelp = { ...showHelp, configuration: "The configuration and its revisions" };
const revisionHelp = { revision: "One that was in force", "<revision>": "Its number" };

async function textOf({ appliance, actor }: Context, source: Source): Promise<{ text: string }> {
  return { text: await appliance.configuration.text(source, { secrets: actor.level >= SEE_SECRETS }) };
}

const showRunning = show({
  level: SEE,
  syntax: "show running-config [all]",
  help: { ...showHelp, "running-config": "The configuration in force", all: "With what is at its default" },
  query: (context) => textOf(context, RUNNING),
  view: ({ text }) => configurationLines(text, "Current"),
});

const writeTerminal = show({
  level: SEE,
  syntax: "write terminal",
  help: { write: "Save or show the configuration", terminal: "Show the one in force" },
  query: (context) => textOf(context, RUNNING),
  view: ({ text }) => configurationLines(text, "Current"),
});

const showStartup = show({
  level: SEE,
  syntax: "show startup-config",
  help: { ...showHelp, "startup-config": "The configuration that a restart of the machine begins with" },
  query: (context) => textOf(context, STARTUP),
  view: ({ text }) => configurationLines(text, "Startup"),
});

const showRevision = show({
  level: SEE,
  syntax: "show configuration revision <revision:1-999999999>",
  help: { ...configurationHelp, ...revisionHelp },
  query: (context, { revision }) => textOf(context, { kind: "revision", number: revision }),
  view: ({ text }) => text.trimEnd().split("\n"),
});

const showRevisions = show({
  level: SEE,
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
  level: SEE,
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
  level: SEE,
  syntax: "show configuration diff revision <revision:1-999999999>",
  help: { ...diffHelp, ...revisionHelp },
  query: ({ appliance }, { revision }) => appliance.configuration.diff({ kind: "revision", number: revision }, RUNNING),
  view: diffLines,
});

const showIncomplete = show({
  level: SEE,
  syntax: "show configuration incomplete",
  help: { ...configurationHelp, incomplete: "Objects that were begun and do nothing yet" },
  query: ({ appliance, session: { configurationSession: name } }) =>
    appliance.configuration.incomplete(name === null ? RUNNING : { kind: "session", name }),
  view: incompleteLines,
});

const showSessions = show({
  level: SEE,
  syntax: "show configuration sessions",
  help: { ...configurationHelp, sessions: "Configurations that are being typed" },
  query: ({ appliance }) => appliance.configuration.sessions(),
  view: sessionLines,
});

const archiveHelp = { ...showHelp, archive: "Revisions, as IOS calls them" };

const showArchive = show({
  level: SEE,
  syntax: "show archive",
  help: archiveHelp,
  query: ({ appliance }) => appliance.configuration.revisions(10),
  view: revisionLines,
});

const showTimer = show({
  level: SEE,
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

const configureHelp = { configure: "Change the configuration" };

const configure = own({
  level: SEE,
  syntax: "configure [terminal]",
  help: { ...configureHelp, terminal: "Line by line: each is in force at once" },
  run({ session }) {
    session.configure(null);
    return [];
  },
});

const configureRevertTimer = act({
  operation: revertTimer,
  syntax: "configure terminal revert timer <minutes:1-1440>",
  help: {
    ...configureHelp,
    terminal: "Line by line: each is in force at once",
    revert: "Undo what follows, unless it is confirmed",
    timer: "After a time",
    "<minutes>": "In minutes",
  },
  input: (args) => args,
  after: (_, session) => session.configure(null),
  view: (_, { appliance }) => pendingLines(appliance.configuration.pending()),
});

const configureSession = own({
  level: SEE,
  syntax: "configure session [<name:WORD>]",
  help: {
    ...configureHelp,
    session: "In a session: nothing is in force before it is committed",
    "<name>": "Its name; one that was begun goes on",
  },
  async run({ appliance, actor, session }, { name = actor.user }) {
    await appliance.configuration.begin(name, actor);
    session.configure(name);
    return [];
  },
});

const configureConfirm = act({
  operation: confirmCommit,
  syntax: "configure confirm",
  help: { ...configureHelp, confirm: "Keep the change that waits to be confirmed" },
  input: () => ({}),
  view: (_, { appliance }) => [`Revision ${appliance.facts().revision} stays in force.`],
});

const configureRevert = act({
  operation: revertNow,
  syntax: "configure revert now",
  help: { ...configureHelp, revert: "Undo the change that waits to be confirmed", now: "Without waiting" },
  input: () => ({}),
  view: (committed) => outcomeLines(committed, null),
});

const commitHelp = {
  commit: "Have the session's lines in force, all or none",
  comment: "Why",
  "<comment>": "To be read among the revisions",
};

const commit = act({
  operation: commitSession,
  syntax: "commit [comment <comment:LINE>]",
  help: commitHelp,
  input: ({ comment }, context) => ({ session: sessionOf(context), comment }),
  after: leaveCommitted,
  view: committedView,
});

const commitConfirmed = act({
  operation: commitSession,
  syntax: "commit confirmed [<minutes:1-1440>] [comment <comment:LINE>]",
  help: {
    ...commitHelp,
    confirmed: 'Undo it unless "configure confirm" is typed in time',
    "<minutes>": `In minutes (default ${CONFIRM_MINUTES})`,
  },
  input: ({ minutes = CONFIRM_MINUTES, comment }, context) => ({
    session: sessionOf(context),
    confirmedMinutes: minutes,
    comment,
  }),
  after: leaveCommitted,
  view: committedView,
});

/** A configuration session ends when its lines are in force. */
function leaveCommitted({ outcome }: Committed, session: Session): void {
  if (outcome !== "wrong" && outcome !== "clash") session.leaveConfiguration();
}

function committedView(committed: Committed, { appliance }: Context): string[] {
  return outcomeLines(committed, appliance.configuration.pending());
}

const abort = own({
  level: SEE,
  syntax: "abort",
  help: { abort: "Give up the session's lines" },
  async run(context) {
    await context.appliance.configuration.abort(sessionOf(context));
    context.session.leaveConfiguration();
    return [];
  },
});

function sessionOf({ session: { configurationSession } }: Context): string {
  if (configurationSession !== null) return configurationSession;
  throw new Sentence('You are in no configuration session: begin one with "configure session".');
}

const rollbackHelp = { rollback: "Have an earlier revision in force again", "<revision>": "Its number" };

const rollbackTo = act({
  operation: rollback,
  syntax: "rollback <revision:1-999999999> [confirmed <minutes:1-1440>]",
  help: {
    ...rollbackHelp,
    confirmed: 'Undo it unless "configure confirm" is typed in time',
    "<minutes>": "In minutes",
  },
  input: ({ revision, minutes }) => ({ revision, confirmedMinutes: minutes }),
  view: committedView,
});

const copyHelp = {
  copy: "Copy one configuration over the other",
  "running-config": "The configuration in force",
  "startup-config": "The configuration that a restart of the machine begins with",
};

const copyToStartup = act({
  operation: saveConfiguration,
  syntax: "copy running-config startup-config",
  help: copyHelp,
  input: () => ({}),
  view: ({ bytes }) => [`${bytes} bytes were written`, "[OK]"],
});

const writeMemory = act({
  operation: saveConfiguration,
  syntax: "write [memory]",
  help: { write: "Save or show the configuration", memory: "Save the one in force" },
  input: () => ({}),
  view: () => ["Building configuration...", "[OK]"],
});

const copyToRunning = act({
  operation: loadStartup,
  syntax: "copy startup-config running-config",
  help: copyHelp,
  input: () => ({}),
  view: (committed) => outcomeLines(committed, null),
});

export const configurationCommands: readonly ExecCommand[] = [
  ...[showRunning, showStartup, showRevision, showRevisions, showDiff, showDiffRevision, showIncomplete, showSessions],
  ...[showArchive, showTimer, writeTerminal, writeMemory, copyToStartup, copyToRunning],
  ...[configure, configureRevertTimer, configureSession, configureConfirm, configureRevert],
  ...[commit, commitConfirmed, abort, rollbackTo],
];
