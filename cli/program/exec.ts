// `postern exec`: lines of the daemon's command line, obeyed in one session until one is refused.

import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { type ToConsole, TYPED_MAX } from "../../mgmt/console/protocol.ts";
import { DEFAULT_RUN_DIRECTORY } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { connected, messagesFrom, print, send, sizeOf } from "./daemon.ts";

/** In place of lines: those of standard input. */
const FROM_INPUT = "-";

/** Typed for want of an answer: Ctrl-D. */
const NO_ANSWER = "\x04";

const { stdin } = process;

/** `args`: what follows the word exec. Returns the exit status: 1 when a line was refused. Rejects with a Sentence. */
export async function exec(args: readonly string[]): Promise<number> {
  const asked = askedOf(args);
  const socket = await connected(asked.runDirectory);
  try {
    send(socket, { hello: { term: "", ...sizeOf(), interactive: false, lines: true } });
    return await obeyed(asked, socket);
  } finally {
    stdin.pause();
    socket.destroy();
  }
}

async function obeyed({ lines, json, yes }: Asked, socket: Socket): Promise<number> {
  const input = linesOfInput();
  const answer = async () => (stdin.isTTY ? undefined : (await input.next()).value);
  const answers: Answers = { text: async () => (yes ? "yes" : answer()), secret: answer };
  const messages = messagesFrom(socket);
  let number = 0;
  for await (const line of lines ?? input) {
    number++;
    if (line.length > TYPED_MAX) throw new Sentence(`A line has at most ${TYPED_MAX} characters.`);
    send(socket, { line: json ? `${line} | json` : line });
    if (await untilObeyed(messages, answers, (text) => send(socket, { in: text }))) continue;
    if (lines?.length === 1) return 1;
    throw new Sentence(`Line ${number} was refused: those before it were obeyed, and none behind it.`);
  }
  return 0;
}

/** False: the line was refused. Rejects with a Sentence when the session has ended, or wanted an answer that nobody gave. */
async function untilObeyed(
  messages: AsyncGenerator<ToConsole>,
  answers: Answers,
  type: (text: string) => void,
): Promise<boolean> {
  let answered = true;
  for (;;) {
    const message: ToConsole | undefined = (await messages.next()).value;
    if (!message || "exit" in message) throw new Sentence("The session ended before the line was obeyed.");
    if ("out" in message) await print(message.out);
    else if ("asks" in message) {
      const text = await answers[message.asks]();
      answered = text !== undefined;
      type(answered ? `${text}\n` : NO_ANSWER);
    } else if (message.obeyed || answered) return message.obeyed;
    else throw new Sentence("Nobody answered what it asks: pipe the answer in, or confirm it with --yes.");
  }
}

interface Asked {
  /** Undefined: they come from standard input. */
  readonly lines: readonly string[] | undefined;
  readonly json: boolean;
  /** What asks to be confirmed is. */
  readonly yes: boolean;
  readonly runDirectory: string;
}

const options = {
  json: { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
  "run-dir": { type: "string", default: DEFAULT_RUN_DIRECTORY },
} as const;

/** Throws a Sentence. */
function askedOf(args: readonly string[]): Asked {
  const { values, positionals } = parsed(args);
  const { json, yes, "run-dir": runDirectory } = values;
  if (positionals.length === 0) throw new Sentence('Type it as: postern exec "show version".');
  const fromInput = positionals.includes(FROM_INPUT);
  if (fromInput && positionals.length > 1) throw new Sentence('Give it lines, or "-" to read them: not both.');
  return { lines: fromInput ? undefined : positionals, json, yes, runDirectory };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [what] = (error as Error).message.split(/[.\n]/);
    throw new Sentence(`${what}: see postern --help.`);
  }
}

/** Read when they are asked for, and not before: standard input may be somebody else's. */
async function* linesOfInput(): AsyncGenerator<string, undefined> {
  yield* createInterface({ input: stdin });
}

type Question = Extract<ToConsole, { asks: unknown }>["asks"];

/** Undefined: there is none. */
type Answers = Readonly<Record<Question, () => Promise<string | undefined>>>;
