// What ordinary subscribers must not lose: one long-lived TCP connection each, over both families, that exchanges lines all the
// time.
import { join } from "node:path";
import { families, homes, web } from "../../lab/plan.ts";
import { type Part, until } from "../../lab/process.ts";
import type { Site } from "../../lab/site.ts";

/** Echo (RFC 862). */
const port = 7;

const program = join(import.meta.dirname, "conversation-program.ts");

/** One who converses, and with whom. */
export interface Caller {
  readonly source: string;
  readonly target: string;
}

const everyHome = families.flatMap((family) => homes.map((home) => ({ source: home[family], target: web[family] })));

export class Conversations {
  readonly #callers: readonly Caller[];
  readonly #lines = new Map<string, number>();
  #part: Part | undefined;

  constructor(callers: readonly Caller[] = everyHome) {
    this.#callers = callers;
  }

  /** Returns when each of them goes on. */
  async start(site: Site): Promise<void> {
    const log = `${site.directory}/conversations.log`;
    let listening = false;
    const node = (...args: string[]) => [process.execPath, program, ...args];
    const onLine = () => {
      listening = true;
    };
    const server = await site.network.start("echo", node("listen", `${port}`), { log, onLine });
    await until("the echo listens", async () => listening, { part: server });
    const pairs = this.#callers.flatMap(({ source, target }) => [source, target]);
    this.#part = await site.subscribers.start("conversations", node("talk", `${port}`, ...pairs), {
      log,
      onLine: (line) => this.#take(line),
    });
    await this.goOn();
  }

  /** Returns when each has exchanged a line that was begun after the call; rejects if one broke. */
  async goOn(): Promise<void> {
    const before = new Map(this.#lines);
    // The line under way may have been exchanged already; the one after it was not begun.
    const went = ({ source }: { source: string }) => this.#said(source) >= (before.get(source) ?? 0) + 2;
    const part = this.#part;
    await until("every connection goes on", async () => this.#callers.every(went), {
      timeoutSeconds: 20,
      ...(part && { part }),
    });
  }

  /** Lines exchanged by all of them. */
  get exchanged(): number {
    return this.#callers.reduce((total, { source }) => total + this.#said(source), 0);
  }

  #said(source: string): number {
    return this.#lines.get(source) ?? 0;
  }

  #take(line: string): void {
    const [source = "", number] = line.split(" ");
    this.#lines.set(source, Number(number));
  }
}
