// The commands that concern only the session they are typed in.

import type { EnableSecret } from "../../mgmt/config/sections/users.ts";
import { type Level, levelHelp } from "../../mgmt/level.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { ClearText } from "../grammar/secret.ts";
import { type Context, type ExecCommand, own, show } from "./exec.ts";
import { showHelp } from "./help.ts";

/** IOS gives as many. */
const PASSWORD_ATTEMPTS = 3;

const enable = own({
  level: 0,
  syntax: "enable [<level:0|5|10|15>]",
  help: { enable: "Take a level: the highest that you may have, unless you name one", ...levelHelp },
  async run(context, { level: asked }) {
    const { session, appliance } = context;
    const known = appliance.facts().enableSecrets.map(({ level }) => level);
    const free = Math.max(session.level, session.ownLevel) as Level;
    const wanted = (asked === undefined ? Math.max(free, ...known) : Number(asked)) as Level;
    if (wanted > free) session.enabledBy = await provePassword(context, wanted);
    session.level = wanted;
    return [];
  },
});

const disable = own({
  level: 0,
  syntax: "disable [<level:0|5|10|15>]",
  help: { disable: "Go down to a level", ...levelHelp },
  run({ session }, { level: asked = "0" }) {
    const level = Number(asked) as Level;
    if (level > session.level) throw new Sentence(`You are at level ${session.level}: use "enable ${level}".`);
    session.level = level;
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

/** The secret that he knows. Rejects with a Sentence when there is none, or none of the passwords was it. */
async function provePassword({ session, appliance, actor }: Context, level: Level): Promise<EnableSecret> {
  const inForce = () => {
    const secret = appliance.facts().enableSecrets.find((each) => each.level === level);
    if (secret) return secret;
    throw new Sentence("The level has no enable secret: somebody who has the level must give it one.");
  };
  inForce();
  for (let attempt = 0; attempt < PASSWORD_ATTEMPTS; attempt++) {
    const password = await session.ask("Password: ", { hidden: true });
    if (password === undefined) throw new Sentence("No password was given.");
    const secret = inForce();
    if (await appliance.enable(level, new ClearText(password), actor)) return secret;
  }
  throw new Sentence("Bad secrets");
}

export const sessionCommands: readonly ExecCommand[] = [
  enable,
  disable,
  exit,
  logout,
  quit,
  length,
  width,
  history,
  privilege,
  help,
];
