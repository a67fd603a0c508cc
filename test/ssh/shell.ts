// A shell over SSH, by ssh2's client: what is typed is answered.
import type { Client, ClientChannel, PseudoTtyOptions } from "ssh2";

/** At the end of what was said. */
const PROMPT = /(?:^|\r\n)[\w.-]+(\([\w-]+\))?[>#]$/;

/** Opens a shell and waits for its prompt. `terminal`: false: none, as tools have it. */
export async function shellOf(client: Client, terminal: PseudoTtyOptions | false = false): Promise<Shell> {
  const shell = await openShell(client, terminal);
  shell.greeting = await shell.prompt();
  return shell;
}

/** The same, and does not wait for what it says. */
export async function openShell(client: Client, terminal: PseudoTtyOptions | false = false): Promise<Shell> {
  const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
  // A key that waits for the acknowledgement of the one before would take 40 ms.
  client.setNoDelay(true);
  client.shell(terminal, (error, channel) => (error ? reject(error) : resolve(channel)));
  return new Shell(await promise);
}

export class Shell {
  readonly channel: ClientChannel;
  /** What was said before anything was typed. */
  greeting = "";
  /** What was said and not taken yet. */
  #said = "";
  #heard = () => {};
  #isOver = false;

  constructor(channel: ClientChannel) {
    this.channel = channel;
    channel.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
      this.#heard();
    });
    channel.on("close", () => {
      this.#isOver = true;
      this.#heard();
    });
  }

  /** Nothing more will be said. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Takes what was said until it matches, or the end. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#said) && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
    const said = this.#said;
    this.#said = "";
    return said;
  }

  /** Takes what was said until the end. */
  rest(): Promise<string> {
    return this.until(/[^\s\S]/);
  }

  /** Takes what was said until the next prompt, or the end. */
  prompt(): Promise<string> {
    return this.until(PROMPT);
  }

  /** The answer to a line: what is said behind its echo and before the next prompt. */
  async type(line: string): Promise<string> {
    this.channel.write(`${line}\n`);
    const said = await this.prompt();
    return said.slice(said.indexOf("\r\n") + 2).replace(/[^\n]*$/, "");
  }
}
