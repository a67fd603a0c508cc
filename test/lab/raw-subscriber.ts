// A subscriber made of frames: every SYN he sends is one that the test asked for, because no kernel repeats, resets or
// answers for him. He calls a server that is not there; what came out at the far side is the witness.
import type { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/process.ts";
import { type Opening, openFrames, openingFrame, openingIn, type SendFrame } from "./frames.ts";

const server = "198.51.100.99";
const smtp = 25;
/** A service that no detector of the lab counts. */
const uncounted = 80;

/** An opening that came out at the far side. */
export interface PassedOpening extends Opening {
  /** When, in milliseconds since 1970. */
  readonly milliseconds: number;
}

/** The SYNs to port 25 that came out at the far side, in order. */
export async function passedOpenings(lab: Lab): Promise<PassedOpening[]> {
  return (await farOpenings(lab)).filter(({ targetPort }) => targetPort === smtp);
}

async function farOpenings({ far, edge, watchedSince }: Lab): Promise<PassedOpening[]> {
  const frames = await far.framesFrom(edge.subscriberSide, watchedSince);
  return frames.flatMap(({ bytes, milliseconds }) => {
    const opening = openingIn(bytes);
    return opening ? [{ ...opening, milliseconds }] : [];
  });
}

export class RawSubscriber {
  readonly address: string;
  readonly #lab: Lab;
  readonly #send: SendFrame;
  #fences = 0;

  private constructor(address: string, lab: Lab, send: SendFrame) {
    this.address = address;
    this.#lab = lab;
    this.#send = send;
  }

  /** @param address one of a subscriber's, IPv4. */
  static async join(lab: Lab, address: string): Promise<RawSubscriber> {
    return new RawSubscriber(address, lab, await openFrames(lab.edge.subscriberSide));
  }

  /** Several, with one program to send for them. */
  static async joinAll(lab: Lab, addresses: readonly string[]): Promise<RawSubscriber[]> {
    const send = await openFrames(lab.edge.subscriberSide);
    return addresses.map((address) => new RawSubscriber(address, lab, send));
  }

  /** Sends the SYN of an SMTP session. */
  openMail(sourcePort: number, sequence = sourcePort): Promise<void> {
    return this.#open({ sourcePort, targetPort: smtp, sequence });
  }

  /** Sends the SYN of a session that is not counted. */
  openOther(sourcePort: number): Promise<void> {
    return this.#open({ sourcePort, targetPort: uncounted, sequence: sourcePort });
  }

  /**
   * Returns when all that was sent before has been decided and what passed has come out: one worker keeps the order, so it
   * sends a SYN that passes for sure and waits for it.
   */
  async settle(): Promise<void> {
    const sourcePort = 60_000 + this.#fences++;
    await this.openOther(sourcePort);
    const out = async () => (await farOpenings(this.#lab)).some((opening) => opening.sourcePort === sourcePort);
    await until("the last SYN came out", out);
  }

  async #open(opening: Pick<Opening, "sourcePort" | "targetPort" | "sequence">): Promise<void> {
    const { subscriberSide, networkSide } = this.#lab.edge;
    const frame = openingFrame(subscriberSide, networkSide, { source: this.address, target: server, ...opening });
    const outcome = await this.#send(frame);
    if (outcome !== "sent") throw new Error(`the kernel refused a frame: ${outcome}`);
  }
}
