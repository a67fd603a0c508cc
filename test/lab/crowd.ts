// Many subscribers made of frames, and what became of each opening they sent. Two witnesses tell: who came to the appliance,
// and who came out at its other side.
import type { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/process.ts";
import { openFrames, openingFrame, type SendFrame } from "./frames.ts";
import { type Caller, OpeningsSeen } from "./openings-seen.ts";
import type { Fate } from "./quota-model.ts";

/** A server that is not there: nobody answers, resets or repeats. */
const server = "198.51.100.99";
const smtp = 25;
/** A service that no detector of the lab counts. */
const uncounted = 80;

/** Sends the uncounted openings that show that all before them is decided. */
export const usher = "10.30.94.99";

export interface Opening extends Caller {
  readonly fate: Fate;
}

export class Crowd {
  readonly #lab: Lab;
  readonly #near = new OpeningsSeen();
  readonly #far = new OpeningsSeen();
  #send: SendFrame | undefined;
  #ports = 1023;
  /** Sent since the last `settle`, in order. */
  #sent: Caller[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  async start(): Promise<void> {
    const { edge, site } = this.#lab;
    await this.#near.start(edge.subscriberSide, site.directory);
    await this.#far.start(edge.networkSide, site.directory);
    this.#send = await openFrames(edge.subscriberSide);
  }

  /** Rejects if a witness missed an opening. */
  async stop(): Promise<void> {
    await Promise.all([this.#near.stop(), this.#far.stop()]);
  }

  /** Sends the SYN of an SMTP session. */
  open(source: string): void {
    this.#sent.push(this.#dispatch(source, smtp));
  }

  /**
   * Returns when traffic passes and everything sent before is decided, with what became of it. `judgedUntil`: the latest that
   * a process which died since the last time can have judged anything, in milliseconds since 1970.
   */
  async settle(judgedUntil = Number.POSITIVE_INFINITY): Promise<Opening[]> {
    const ushers: Caller[] = [];
    // One worker keeps the order: once an usher is out, all before it are decided. Those sent into the gap are lost. One that the
    // dying process let out says nothing of its successor.
    const since = judgedUntil === Number.POSITIVE_INFINITY ? 0 : judgedUntil;
    await until("traffic passes", async () => {
      if (ushers.some((caller) => this.#near.seenAt(caller) && (this.#far.seenAt(caller) ?? -1) >= since)) return true;
      ushers.push(this.#dispatch(usher, uncounted));
      return false;
    });
    const sent = this.#sent.splice(0);
    const lastPassed = sent.findLastIndex(
      (caller) => (this.#far.seenAt(caller) ?? Number.POSITIVE_INFINITY) < judgedUntil,
    );
    return sent.flatMap((caller, index): Opening[] => {
      const cameAt = this.#near.seenAt(caller);
      if (this.#far.seenAt(caller)) return [{ ...caller, fate: "passed" }];
      if (cameAt === undefined) return [];
      if (judgedUntil === Number.POSITIVE_INFINITY || index < lastPassed) return [{ ...caller, fate: "refused" }];
      return cameAt < judgedUntil ? [{ ...caller, fate: "in-flight" }] : [];
    });
  }

  #dispatch(source: string, targetPort: number): Caller {
    const sourcePort = ++this.#ports;
    const { subscriberSide, networkSide } = this.#lab.edge;
    const opening = { source, sourcePort, target: server, targetPort, sequence: sourcePort };
    // What the kernel does not send while nobody holds the port is lost like what it sends.
    void this.#send?.(openingFrame(subscriberSide, networkSide, opening)).catch(() => {});
    return { source, sourcePort };
  }
}
