// Committing what was typed in a configuration session, giving it up, and going back to an earlier revision.

import type { Committed } from "../../mgmt/config/service.ts";
import { commitSession, rollback } from "../../mgmt/operations/configuration.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { CONFIGURE_LEVEL } from "../grammar/command.ts";
import { outcomeLines, refusalText } from "../views/configuration.ts";
import { act, type Context, type ExecCommand, own, type Session } from "./exec.ts";

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

const abort = own({
  level: CONFIGURE_LEVEL,
  syntax: "abort",
  help: { abort: "Give up the session's lines" },
  async run(context) {
    await context.appliance.configuration.abort(sessionOf(context));
    context.session.leaveConfiguration();
    return [];
  },
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
  input: ({ revision, minutes, comment }) => ({ revision, confirmedMinutes: minutes, comment }),
  refusal: refusalText,
  view: committedView,
});

export const commitCommands: readonly ExecCommand[] = [commit, commitConfirmed, abort, rollbackTo];
