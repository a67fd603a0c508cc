// The daemon's command line, as `postern console` and `postern exec` reach it.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { FromConsole, ToConsole } from "../../mgmt/console/protocol.ts";
import { explain } from "../../mgmt/local/client.ts";
import { linesOf } from "../../mgmt/local/lines.ts";
import { consoleSocket } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";

/** Of one message from the daemon. */
const MESSAGE_CHARACTERS_MAX = 1 << 20;

const { stdout } = process;

/** Rejects with a Sentence. */
export async function connected(runDirectory: string): Promise<Socket> {
  const path = consoleSocket(runDirectory);
  const socket = connect({ path, allowHalfOpen: true });
  socket.setEncoding("utf8");
  try {
    await once(socket, "connect");
  } catch (error) {
    throw new Sentence(explain(path, (error as NodeJS.ErrnoException).code));
  }
  // The end of the socket is told by `messagesFrom`.
  socket.on("error", () => {});
  return socket;
}

/** False: there is no room for more. */
export function send(socket: Socket, message: FromConsole): boolean {
  return !socket.writable || socket.write(`${JSON.stringify(message)}\n`);
}

/** What comes back; the last one is that the session has ended. Rejects with a Sentence when that does not come. */
export async function* messagesFrom(socket: Socket): AsyncGenerator<ToConsole> {
  try {
    for await (const line of linesOf(socket, MESSAGE_CHARACTERS_MAX)) {
      const message = JSON.parse(line) as ToConsole;
      yield message;
      if ("exit" in message) return;
    }
  } catch {
    // Told below.
  }
  throw new Sentence("The daemon ended, and this session with it.");
}

/** Prints what is said in the lines of a network terminal: a tty makes CR LF of a newline, in raw mode too. */
export async function print(text: string): Promise<void> {
  if (!stdout.write(text.replaceAll("\r\n", "\n"))) await once(stdout, "drain");
}

export function sizeOf(): { readonly columns: number; readonly rows: number } {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}
