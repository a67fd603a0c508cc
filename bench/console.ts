// A session of the daemon's command line as a program has it: a line typed, and what is said until the next prompt.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { FromConsole, ToConsole } from "../mgmt/console/protocol.ts";
import { linesOf } from "../mgmt/local/lines.ts";

const MESSAGE_CHARACTERS_MAX = 1 << 22;

export class Console {
  readonly #socket: Socket;
  readonly #said: AsyncIterator<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#said = linesOf(socket, MESSAGE_CHARACTERS_MAX)[Symbol.asyncIterator]();
  }

  /** `path`: of the daemon's socket for them. */
  static async open(path: string): Promise<Console> {
    const socket = connect(path);
    await once(socket.setEncoding("utf8"), "connect");
    const session = new Console(socket);
    session.#send({ hello: { term: "", columns: 80, rows: 24, interactive: false } });
    await session.#prompt();
    await session.type("terminal length 0");
    return session;
  }

  /** What is said until the next prompt. Rejects when the line is refused. */
  type(line: string): Promise<string> {
    this.#send({ in: `${line}\n` });
    return this.#prompt();
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(message: FromConsole): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  async #prompt(): Promise<string> {
    const said: string[] = [];
    let tail = "";
    while (!/(^|\n)[\w-]+(\([\w -]+\))?#$/.test(tail)) {
      const { value = '{"exit":1}' } = await this.#said.next();
      const message = JSON.parse(value) as ToConsole;
      if (!("out" in message) || /^%/m.test(message.out)) throw new Error(`the console said: ${tail}${value}`);
      said.push(message.out);
      tail = (tail + message.out).slice(-200);
    }
    return said.join("");
  }
}
