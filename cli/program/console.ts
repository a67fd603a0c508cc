// `postern console`: this terminal, or what is piped in, typed at the daemon's command line; `postern exec`: one line. Everything
// is done there; here characters pass in both directions.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { constants } from "node:os";
import { type FromConsole, type ToConsole, TYPED_MAX } from "../../mgmt/console/protocol.ts";
import { explain } from "../../mgmt/local/client.ts";
import { linesOf } from "../../mgmt/local/lines.ts";
import { consoleSocket } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import type { CommandOptions } from "./command.ts";

/** Of one message from the daemon. */
const MESSAGE_CHARACTERS_MAX = 1 << 20;

/** Of what is typed at once: half as many code points as a message may have code units. */
const PIECE = /.{1,512}/gsu;

const { stdin, stdout } = process;

/** Returns the exit status. Rejects with a Sentence. */
export async function typeAt({ runDirectory }: { readonly runDirectory: string }): Promise<number> {
  const interactive = stdin.isTTY === true && stdout.isTTY === true;
  const socket = await connected(consoleSocket(runDirectory));
  const restore = interactive ? rawTerminal() : () => {};
  try {
    send(socket, { hello: { term: process.env.TERM ?? "", ...sizeOf(), interactive } });
    if (interactive) stdout.on("resize", () => send(socket, { size: Object.values(sizeOf()) as [number, number] }));
    forward(socket, interactive);
    return await show(socket, interactive);
  } finally {
    restore();
    stdin.pause();
    socket.destroy();
  }
}

/** Has one line obeyed, as if it was typed. Returns the exit status: 1 when it was refused. Rejects with a Sentence. */
export async function obey(line: string | undefined, { runDirectory, json }: CommandOptions): Promise<number> {
  if (line === undefined) throw new Sentence('Type it as: postern exec "show version".');
  if (line.length > TYPED_MAX) throw new Sentence(`A line has at most ${TYPED_MAX} characters.`);
  const socket = await connected(consoleSocket(runDirectory));
  try {
    send(socket, { hello: { term: "", ...sizeOf(), interactive: false, line: json ? `${line} | json` : line } });
    return await show(socket, false);
  } finally {
    socket.destroy();
  }
}

async function connected(path: string): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.setEncoding("utf8");
  try {
    await once(socket, "connect");
  } catch (error) {
    throw new Sentence(explain(path, (error as NodeJS.ErrnoException).code));
  }
  // The end of the socket is told by `show`.
  socket.on("error", () => {});
  return socket;
}

/** Passes every key on as it is; undone by what it returns, and however this process ends. */
function rawTerminal(): () => void {
  const restore = () => stdin.setRawMode(false);
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const) {
    process.once(signal, () => {
      restore();
      process.exit(128 + constants.signals[signal]);
    });
  }
  process.once("exit", restore);
  stdin.setRawMode(true);
  return restore;
}

function sizeOf(): { readonly columns: number; readonly rows: number } {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}

/** Passes on what is typed, until its end. */
function forward(socket: Socket, interactive: boolean): void {
  let last = "\n";
  stdin.setEncoding("utf8").on("data", (text: string) => {
    last = text.at(-1) ?? last;
    const pieces = text.match(PIECE) ?? [];
    const taken = pieces.map((piece) => send(socket, { in: piece }));
    if (taken.every(Boolean)) return;
    stdin.pause();
    socket.once("drain", () => stdin.resume());
  });
  stdin.once("end", () => {
    // The last line of a file may lack its newline.
    if (!interactive && last !== "\n") send(socket, { in: "\n" });
    socket.end();
  });
}

/** What comes back, until the session ends: its status. */
async function show(socket: Socket, interactive: boolean): Promise<number> {
  try {
    for await (const line of linesOf(socket, MESSAGE_CHARACTERS_MAX)) {
      const message = JSON.parse(line) as ToConsole;
      if ("exit" in message) return message.exit;
      const text = interactive ? message.out : message.out.replaceAll("\r\n", "\n");
      if (!stdout.write(text)) await once(stdout, "drain");
    }
  } catch {
    // Told below.
  }
  throw new Sentence(`${interactive ? "\r\n" : ""}The daemon ended, and this session with it.`);
}

function send(socket: Socket, message: FromConsole): boolean {
  return !socket.writable || socket.write(`${JSON.stringify(message)}\n`);
}
