// Entering the configuration, and keeping or undoing what was entered for a time.

import { beginSession, confirmCommit, revertNow, revertTimer } from "../../mgmt/operations/configuration.ts";
import { CONFIGURE_LEVEL } from "../grammar/command.ts";
import { outcomeLines, pendingLines, refusalText } from "../views/configuration.ts";
import { act, type ExecCommand, own } from "./exec.ts";

const configureHelp = { configure: "Change the configuration" };

const configure = own({
  level: CONFIGURE_LEVEL,
  syntax: "configure [terminal]",
  help: { ...configureHelp, terminal: "Line by line: each is in force at once" },
  run({ session }) {
    // Typed in a configuration session it leads out of its modes, as in IOS, and not out of it.
    session.configure(session.configurationSession);
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

const configureSession = act({
  operation: beginSession,
  syntax: "configure session [<name:WORD>]",
  help: {
    ...configureHelp,
    session: "In a session: nothing is in force before it is committed",
    "<name>": "Its name; one that was begun goes on",
  },
  input: ({ name }, { actor }) => ({ session: name ?? actor.user }),
  after: (_, session, { session: name }) => session.configure(name),
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
  refusal: refusalText,
  view: (committed) => outcomeLines(committed, null),
});

export const configureCommands: readonly ExecCommand[] = [
  ...[configure, configureRevertTimer, configureSession, configureConfirm, configureRevert],
];
