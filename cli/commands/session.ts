// The commands that concern only the session they are typed in.

import type { Facts } from "../../mgmt/config/service.ts";
import type { Level } from "../../mgmt/level.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { type Context, type ExecCommand, own, show } from "./exec.ts";
import { showHelp } from "./help.ts";

/** The passwords that lead to higher levels. */
export interface EnableSecrets {
  /** The levels that have one. */
  levels(facts: Facts): readonly Level[];
  verify(facts: Facts, level: Level, password: string): Promise<boolean>;
}

/** IOS gives as many. */
const PASSWORD_ATTEMPTS = 3;

const levelHelp = {
  "0": "See the session itself",
  "5": "See the appliance",
  "10": "Configure and act",
  "15": "Manage users and restart",
};

export function sessionCommands(secrets: EnableSecrets): readonly ExecCommand[] {
  return [enableCommand(secrets), disable, exit, logout, quit, length, width, history, privilege, help];
}

const enableCommand = (secrets: EnableSecrets) =>
  own({
    level: 0,
    syntax: "enable [<level:0|5|10|15>]",
    help: { enable: "Take a level: the highest that you may have, unless you name one", ...levelHelp },
    run: async (context, { level }) => enable(secrets, context, level && levelOf(level)),
  });

const disable = own({
  level: 0,
  syntax: "disable [<level:0|5|10>]",
  help: { disable: "Go down to a level", "0": levelHelp[0], "5": levelHelp[5], "10": levelHelp[10] },
  run({ session }, { level = "0" }) {
    const wanted = levelOf(level);
    if (wanted > session.level) throw new Sentence(`You are at level ${session.level}: use "enable ${wanted}".`);
    session.level = wanted;
    return [];
  },
});

const exit = ending("exit");
const logout = ending("logout");
const quit = ending("quit");

const length = own({
  level: 0,
  syntax: "terminal length <lines:0-512>",
  help: {
    terminal: "Set up this session",
    length: "How much is shown at a time",
    "<lines>": "Lines of a page; 0: everything at once",
  },
  run({ session }, { lines }) {
    session.pageLength = lines;
    return [];
  },
});

const width = own({
  level: 0,
  syntax: "terminal width <columns:0-512>",
  help: {
    terminal: "Set up this session",
    width: "How wide the terminal is",
    "<columns>": "Columns; 0: no limit",
  },
  run({ session }, { columns }) {
    session.width = columns;
    return [];
  },
});

const history = show({
  level: 0,
  syntax: "show history",
  help: { ...showHelp, history: "The lines that you typed" },
  query: ({ session }) => session.history,
  view: (lines) => lines.map((line) => `  ${line}`),
});

const privilege = show({
  level: 0,
  syntax: "show privilege",
  help: { ...showHelp, privilege: "Your level" },
  query: ({ session }) => ({ level: session.level }),
  view: ({ level }) => [`Current privilege level is ${level}`],
});

const help = own({
  level: 0,
  syntax: "help",
  help: { help: "How to find out what can be typed" },
  run: () => [
    "Type ? anywhere: it lists what can stand there. Tab completes a word; any unique beginning of it will do.",
    'Put "| include TEXT", "exclude", "begin", "section", "count" or "json" behind a show command to filter it.',
    "Ctrl-C stops what runs, Ctrl-Z leaves the configuration, Ctrl-R searches what was typed before.",
  ],
});

function ending<Word extends "exit" | "logout" | "quit">(word: Word) {
  return own<string>({
    level: 0,
    syntax: word,
    help: { [word]: "End this session" },
    run({ session }) {
      session.close();
      return [];
    },
  });
}

async function enable(secrets: EnableSecrets, { session, appliance }: Context, asked: Level | undefined) {
  const facts = appliance.facts();
  const protectedLevels = secrets.levels(facts);
  const free = Math.max(session.level, session.ownLevel) as Level;
  const wanted = asked ?? (Math.max(free, ...protectedLevels) as Level);
  if (wanted > free) {
    if (!protectedLevels.includes(wanted)) {
      throw new Sentence(`Level ${wanted} has no enable secret: somebody who has the level must give it one.`);
    }
    if (!(await asksPassword(session, (password) => secrets.verify(facts, wanted, password)))) return [];
  }
  session.level = wanted;
  return [];
}

/** False: the person gave up. Rejects with a Sentence when none of the passwords was right. */
async function asksPassword(session: Context["session"], verify: (password: string) => Promise<boolean>) {
  for (let attempt = 0; attempt < PASSWORD_ATTEMPTS; attempt++) {
    const password = await session.ask("Password: ", { hidden: true });
    if (password === undefined) return false;
    if (await verify(password)) return true;
  }
  throw new Sentence("Bad secrets");
}

function levelOf(word: "0" | "5" | "10" | "15"): Level {
  return Number(word) as Level;
}
