// Commands for the virtual machine, over a serial port that QEMU connects to a Unix socket of ours. init.sh is the other end.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** Seconds: an emulated processor on a busy machine takes its time. */
const patience = 120;

export interface Answer {
  readonly status: number;
  /** What the command wrote to both its outputs, without the last line's end. */
  readonly output: string;
}

export class Shell {
  readonly path: string;
  readonly #server: Server = createServer();
  readonly #lines: string[] = [];
  #socket: Socket | undefined;
  #awaited: ((answer: Answer) => void) | undefined;

  /** @param path of the socket. */
  constructor(path: string) {
    this.path = path;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.path);
    await once(this.#server, "listening");
  }

  /** Resolves when the machine has booted and takes commands. */
  async booted(): Promise<void> {
    const ready = new Promise((resolve) => {
      this.#awaited = resolve;
    });
    const [socket] = (await once(this.#server, "connection")) as [Socket];
    this.#socket = socket;
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => this.#take(line));
    await ready;
  }

  close(): void {
    this.#server.close();
    this.#socket?.destroy();
  }

  /** Runs one command line, whatever its end; one at a time. Rejects when it takes more than `timeoutSeconds`. */
  async attempt(command: string, timeoutSeconds = patience): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#awaited = resolve;
      timer = setTimeout(
        () => reject(new Error(`the machine does not end "${command}" within ${timeoutSeconds} s`)),
        timeoutSeconds * 1000,
      );
    });
    this.#socket?.write(`${command}\n`);
    return answer.finally(() => clearTimeout(timer));
  }

  /** Runs a command that must succeed and returns what it wrote. */
  async run(command: string, timeoutSeconds?: number): Promise<string> {
    const { status, output } = await this.attempt(command, timeoutSeconds);
    if (status !== 0) throw new Error(`"${command}" failed in the machine: ${output.trim() || `status ${status}`}`);
    return output;
  }

  #take(line: string): void {
    const [, status] = /^status (\d+)$/.exec(line) ?? [];
    if (status === undefined) {
      this.#lines.push(line);
      return;
    }
    this.#awaited?.({ status: Number(status), output: this.#lines.splice(0).join("\n").trimEnd() });
  }
}
