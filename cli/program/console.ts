// `postern console`: this terminal, or what is piped in, typed at the daemon's command line. Everything is done there; here
// characters pass in both directions.

import type { Socket } from "node:net";
import { constants } from "node:os";
import { connected, messagesFrom, print, send, sizeOf } from "./daemon.ts";

/** Of what is typed at once: half as many code points as a message may have code units. */
const PIECE = /.{1,512}/gsu;

const { stdin, stdout } = process;

/** Returns the exit status: 1 when a line was refused that nobody typed at a terminal. Rejects with a Sentence. */
export async function typeAt({ runDirectory }: { readonly runDirectory: string }): Promise<number> {
  const interactive = stdin.isTTY === true && stdout.isTTY === true;
  const socket = await connected(runDirectory);
  const restore = interactive ? rawTerminal() : () => {};
  try {
    send(socket, { hello: { term: process.env.TERM ?? "", ...sizeOf(), interactive } });
    if (interactive) stdout.on("resize", () => send(socket, { size: Object.values(sizeOf()) as [number, number] }));
    forward(socket, interactive);
    return await show(socket);
  } finally {
    restore();
    stdin.pause();
    socket.destroy();
  }
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
async function show(socket: Socket): Promise<number> {
  for await (const message of messagesFrom(socket)) {
    if ("exit" in message) return message.exit;
    if ("out" in message) await print(message.out);
  }
  throw new Error("Messages end with one that says so.");
}
