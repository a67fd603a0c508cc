// Ordinary subscribers at home: each looks at a page and asks for a name every few seconds and sends a mail now and then,
// over both families. Keeps count of what they did and of what did not work for them.
import { setTimeout as delay } from "node:timers/promises";
import { type Family, families, type Host, homes } from "./plan.ts";
import type { Traffic } from "./traffic.ts";

/** Six mails in a minute: below any quota of the lab that is given in minutes. */
const mailSeconds = 10;
const browseSeconds = 2;

type Act = "mail" | "page" | "name";

export class EverydayLife {
  readonly #traffic: Traffic;
  readonly #done = new Map<string, number>();
  readonly #failed: string[] = [];
  readonly #ending = new AbortController();
  #habits: Promise<void>[] = [];

  constructor(traffic: Traffic) {
    this.#traffic = traffic;
  }

  start(): void {
    this.#habits = homes.flatMap((home) =>
      families.flatMap((family) => [
        this.#habit("mail", mailSeconds, home, family, () => this.#traffic.sendMail(home, family)),
        this.#habit("page", browseSeconds, home, family, () => this.#traffic.fetchPage(home, family)),
        this.#habit("name", browseSeconds, home, family, () => this.#traffic.resolveName(home, family)),
      ]),
    );
  }

  /** Lets everybody finish what they are doing. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#habits);
  }

  /** How often `act` was tried, by everybody or by one of them. */
  count(act: Act, who?: { home: Host; family: Family }): number {
    const wanted = who ? keyOf(act, who.home, who.family) : `${act} `;
    return [...this.#done].filter(([key]) => key.startsWith(wanted)).reduce((sum, [, times]) => sum + times, 0);
  }

  /** What did not work, as in "page by home-11 over ipv6". */
  get failed(): readonly string[] {
    return this.#failed;
  }

  async #habit(act: Act, seconds: number, home: Host, family: Family, once: () => Promise<boolean>): Promise<void> {
    const key = keyOf(act, home, family);
    while (!this.#ending.signal.aborted) {
      const worked = await once();
      this.#done.set(key, (this.#done.get(key) ?? 0) + 1);
      if (!worked) this.#failed.push(key);
      await delay(seconds * 1000, undefined, { signal: this.#ending.signal }).catch(() => {});
    }
  }
}

const keyOf = (act: Act, home: Host, family: Family) => `${act} by ${home.name} over ${family}`;
