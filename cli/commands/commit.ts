// Committing what was typed in a configuration session, giving it up, and going back to an earlier revision.

import type { Committed } from "../../mgmt/config/service.ts";
import { abortSession, commitSession, rollback } from "../../mgmt/operations/configuration.ts";
import { Sentence } from "../../mgmt/sentence.ts";

import { outcomeLines, refusalText } from "../views/configuration.ts";
import { act, type Context, type ExecCommand, type Session } from "./exec.ts";

/** As Junos has it. */
const CONFIRM_MINUTES = 10;

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
  refusal: refusalText,
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
  refusal: refusalText,
  view: committedView,
});

/** A configuration session ends when its lines are in force. */
function leaveCommitted({ outcome }: Committed, session: Session): void {
  if (outcome !== "wrong" && outcome !== "clash") session.leaveConfiguration();
}

function committedView(committed: Committed, { appliance }: Context): string[] {
  return outcomeLines(committed, appliance.configuration.pending());
}

const abort = act({
  operation: abortSession,
  syntax: "abort",
  help: { abort: "Give up the session's lines" },
  input: (_, context) => ({ session: sessionOf(context) }),
  after: (_, session) => session.leaveConfiguration(),
});

const clearSession = act({
  operation: abortSession,
  syntax: "clear configuration session <name:WORD>",
  help: {
    clear: "Begin anew",
    configuration: "A configuration that is being typed",
    session: "Give up its lines, whoever typed them",
    "<name>": "Its name",
  },
  input: ({ name }) => ({ session: name }),
});

function sessionOf({ session: { configurationSession }, appliance }: Context): string {
  if (configurationSession !== null) return configurationSession;
  const open = appliance.configuration.sessions().map(({ name }) => `"configure session ${name}"`);
  const way = open.length > 0 ? `go on in one with ${open.join(" or ")}` : 'begin one with "configure session"';
  throw new Sentence(`You are in no configuration session: ${way}.`);
}

const rollbackHelp = { rollback: "Have an earlier revision in force again", "<revision>": "Its number" };

const rollbackTo = act({
  operation: rollback,
  syntax: "rollback <revision:1-999999999> [confirmed <minutes:1-1440>] [comment <comment:LINE>]",
  help: {
    ...rollbackHelp,
    confirmed: 'Undo it unless "configure confirm" is typed in time',
    "<minutes>": "In minutes",
    comment: commitHelp.comment,
    "<comment>": commitHelp["<comment>"],
  },
  input({ revision, minutes, comment }, { session: { configurationSession } }) {
    if (configurationSession === null) return { revision, confirmedMinutes: minutes, comment };
    throw new Sentence(`You are in configuration session ${configurationSession}: commit or abort it first.`);
  },
  refusal: refusalText,
  view: committedView,
});

export const commitCommands: readonly ExecCommand[] = [commit, commitConfirmed, abort, clearSession, rollbackTo];
