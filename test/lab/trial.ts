// An appliance under blows: random operations of many subscribers and of its operator, interrupted at a random moment by the
// death of the packet process, and the comparison of what it remembers with a naive model.
import { setTimeout as delay } from "node:timers/promises";
import { configurationText } from "../../lab/configuration.ts";
import type { Lab } from "../../lab/lab.ts";
import { families, type Host, homes, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { Conversations } from "./conversations.ts";
import { Crowd, usher } from "./crowd.ts";
import type { Interruption } from "./interruptions.ts";
import { inRegion, packetProcess } from "./packet-process.ts";
import { QuotaModel } from "./quota-model.ts";
import type { Random } from "./random.ts";

/** A process that dies again and again before it is ready counts as one that crashes: few of the third kind are in order. */
export type Blow = "killed" | "stopped" | "killed, and its successor at the start";

/** A signal kills all threads at once; it stops them when the first has had the processor. */
const lingersMs: Readonly<Record<Blow, number>> = {
  killed: 2,
  "killed, and its successor at the start": 2,
  stopped: 50,
};

/** The most that any policy of a trial allows; no trial outlasts the period, so nothing is ever forgotten. */
export const mostAllowed = { sessions: 12, periodSeconds: 600 };
const leastAllowed = 3;

/** A start takes about this long. */
const startMs = 200;

/** The names of a host's records: an IPv6 subscriber is his /64. */
const recordsOf = ({ ipv4, ipv6 }: Host) => [ipv4, ipv6.replace(/[^:]+$/, "")];

/** Waits without giving the event loop a turn: what was begun goes on in other processes only. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

export class Trial {
  readonly interruptions: Interruption[] = [];
  /** How often a subscriber's count could be one or another after a blow, because a process died with his opening in hand. */
  uncertain = 0;
  readonly #lab: Lab;
  readonly #random: Random;
  readonly #crowd: Crowd;
  readonly #conversations = new Conversations();
  readonly #model = new QuotaModel(mostAllowed.sessions);
  #fresh: string[] = Array.from({ length: 150 }, (_, n) => `10.30.94.${100 + n}`);

  private constructor(lab: Lab, random: Random) {
    this.#lab = lab;
    this.#random = random;
    this.#crowd = new Crowd(lab);
  }

  /** @param lab with the quota `mostAllowed`. Returns when the zombie is blocked and everybody else converses. */
  static async start(lab: Lab, random: Random): Promise<Trial> {
    const trial = new Trial(lab, random);
    for (const address of [usher, ...[...homes, zombie].flatMap(recordsOf)]) trial.#model.saw(address);
    await trial.#crowd.start();
    await trial.#conversations.start(lab.site);
    await trial.#infect();
    return trial;
  }

  get linesExchanged(): number {
    return this.#conversations.exchanged;
  }

  /** Some operations, then a blow in the middle of one more. Returns what is not as it must be afterwards. */
  async blow(blow: Blow): Promise<string[]> {
    const complaints: string[] = [];
    for (let n = this.#random.from(0, 2); n > 0; n--) {
      await this.#begin(this.#cast()).done;
      complaints.push(...(await this.#judge()));
    }
    const victim = await packetProcess(this.#lab.appliance);
    if (victim === undefined) return [...complaints, "there is no process to strike"];

    const cast = this.#cast();
    const { done, lastsMs } = this.#begin(cast);
    await this.#moment(lastsMs * this.#random.fraction());
    const judgedUntil = await this.#strike(victim, blow);
    const before = this.#model.uncertain;
    complaints.push(...(await this.#judge(judgedUntil)), ...this.#compareAdoption(victim));
    this.uncertain += Math.max(0, this.#model.uncertain - before);
    await done;
    complaints.push(...(await this.#probe([zombie.ipv4, ...this.#random.shuffled(cast).slice(0, 3)])));
    await this.#conversations.goOn();
    return complaints;
  }

  /** Everybody uses up his quota: the last possible disagreement. */
  async end(): Promise<string[]> {
    const complaints = await this.#probe(this.#model.withinQuota());
    await this.#crowd.stop();
    return complaints;
  }

  /** A real zombie over both families, through real servers. */
  async #infect(): Promise<void> {
    const { traffic } = this.#lab;
    const tried = mostAllowed.sessions + 8;
    const engines = await Promise.all(families.map((family) => traffic.massMail(family, tried)));
    await Promise.all(engines.map(({ ended }) => ended));
    for (const address of recordsOf(zombie)) {
      for (let n = 0; n < tried; n++) this.#model.opened(address, n < mostAllowed.sessions ? "passed" : "refused");
    }
  }

  /** Who acts: some newcomers, some who have opened sessions, the zombie, and another one who is blocked. */
  #cast(): string[] {
    const newcomers = this.#fresh.splice(0, 3);
    const others = this.#random.shuffled(this.#model.withinQuota()).slice(0, 3);
    return [...newcomers, ...others, zombie.ipv4, this.#blocked()];
  }

  #blocked(): string {
    return this.#random.pick(this.#model.blocked().filter((address) => !address.includes(":")));
  }

  /** Begins a random operation. `done` resolves with its end; it is under way for about `lastsMs`. */
  #begin(cast: readonly string[]): { done: Promise<void>; lastsMs: number } {
    const chance = this.#random.fraction();
    if (chance < 0.2) return { done: this.#changePolicy(), lastsMs: 20 };
    if (chance < 0.3) return { done: delay(this.#random.from(0, 50)), lastsMs: 50 };
    for (let n = this.#random.from(1, 40); n > 0; n--) this.#crowd.open(this.#random.pick(cast));
    return { done: Promise.resolve(), lastsMs: 3 };
  }

  async #changePolicy(): Promise<void> {
    const { appliance } = this.#lab;
    const sessions = this.#random.from(leastAllowed, mostAllowed.sessions);
    await appliance.writeConfiguration(configurationText({ ...mostAllowed, sessions }));
    const { outcome } = await ask(daemonSocket(appliance.runDirectory), { ask: "load" });
    if (outcome === "refused") throw new Error("the daemon refused the lab's configuration");
    await until("the policy is in force", async () => {
      const { configuration, fastPath } = await appliance.status();
      return configuration.waiting === null && fastPath?.policyRevision === configuration.revision;
    });
    this.#model.allow(sessions);
  }

  /** Passes so much time; a short one without a turn of the event loop, so that it is exact. */
  async #moment(milliseconds: number): Promise<void> {
    if (milliseconds < 3) spin(milliseconds);
    else await delay(milliseconds);
  }

  /** Returns until when the victim can have judged anything, in milliseconds since 1970. */
  async #strike(victim: number, blow: Blow): Promise<number> {
    process.kill(victim, blow === "stopped" ? "SIGSTOP" : "SIGKILL");
    const at = Date.now();
    this.interruptions.push({ blow, at });
    if (blow === "killed, and its successor at the start") await this.#strikeSuccessor(victim);
    return at + lingersMs[blow];
  }

  async #strikeSuccessor(victim: number): Promise<void> {
    let successor: number | undefined;
    await until("another process starts", async () => {
      successor = await packetProcess(this.#lab.appliance);
      return successor !== undefined && successor !== victim;
    });
    await this.#moment(startMs * this.#random.fraction());
    process.kill(successor ?? 0, "SIGKILL");
  }

  /** Tells the model what became of everything sent. */
  async #judge(judgedUntil?: number): Promise<string[]> {
    const openings = await this.#crowd.settle(judgedUntil);
    return openings.flatMap(({ source, fate }) => this.#model.opened(source, fate) ?? []);
  }

  #compareAdoption(victim: number): string[] {
    return inRegion(this.#lab.appliance, (region) => {
      const { pid, adoption } = region.header();
      const { bypass } = region.live();
      return [
        ...(pid === victim ? [`process ${pid} still serves`] : []),
        ...(bypass === "none" ? [] : [`it is in bypass: ${bypass}`]),
        ...this.#model.wrongAdoption(adoption),
      ];
    });
  }

  /** They open more sessions than they may: exactly the rest of their quota passes, and the records say so. */
  async #probe(addresses: readonly string[]): Promise<string[]> {
    for (const address of addresses) {
      for (let n = 0; n < this.#model.threshold + 1; n++) this.#crowd.open(address);
    }
    const complaints = await this.#judge();
    const { breaches, bad } = await inRegion(this.#lab.appliance, (region) => region.breached());
    if (bad > 0) complaints.push(`${bad} records contradict themselves`);
    return [...complaints, ...this.#model.wrongBreaches(breaches)];
  }
}
