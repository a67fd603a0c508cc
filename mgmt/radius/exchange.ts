// One question to a RADIUS server by UDP: sent again until an answer comes. Each has a socket, and so a source port, of its own:
// an answer cannot be taken for that of another question, and who does not see the packets must guess the port.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { printAddress, readAddress } from "../../cli/grammar/address.ts";
import { NoAnswer, type ServerPlace, type ServerRecord } from "../aaa/server-record.ts";
import { reasonOf } from "../sentence.ts";
import { decode, type Packet } from "./packet.ts";

const SILENT = "does not answer: see whether it runs, is reached, and knows this appliance by the same key.";
const UNTRUSTED =
  "gives no answer to be trusted: compare the keys, and see that it answers from this address with a Message-Authenticator.";

interface RadiusQuestion {
  readonly datagram: Buffer;
  /** For each answer. */
  readonly timeoutMs: number;
  /** Times that it is sent again. */
  readonly retransmit: number;
  /** Whether this packet is its answer: the server's who has the key. */
  isAnswer(packet: Packet): boolean;
}

export interface ExchangeParts {
  /** Returns after so many milliseconds, or when the signal is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Aborted: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export class Exchange {
  readonly #question: RadiusQuestion;
  readonly #record: ServerRecord;
  readonly #parts: ExchangeParts;
  readonly #ended = new AbortController();
  #answer: Packet | undefined;
  #untrusted = false;

  /** `record`: of the server that is asked. */
  constructor(question: RadiusQuestion, record: ServerRecord, parts: ExchangeParts) {
    this.#question = question;
    this.#record = record;
    this.#parts = parts;
  }

  /** The answer. Rejects with NoAnswer. */
  async run(): Promise<Packet> {
    try {
      await this.#ask();
    } catch (error) {
      throw new NoAnswer("silent", `cannot be asked (${reasonOf(error)}): look at the way to it.`);
    }
    if (this.#answer) return this.#answer;
    throw this.#untrusted ? new NoAnswer("untrusted", UNTRUSTED) : new NoAnswer("silent", SILENT);
  }

  async #ask(): Promise<void> {
    const { place } = this.#record;
    const { pause, signal } = this.#parts;
    const over = AbortSignal.any([this.#ended.signal, signal]);
    const socket = createSocket(isIPv6(place.address) ? "udp6" : "udp4").on("message", (datagram, from) => {
      if (!over.aborted) this.#take(datagram, from);
    });
    socket.on("error", () => this.#ended.abort());
    try {
      await once(socket.bind(), "listening");
      for (let time = 0; time <= this.#question.retransmit && !over.aborted; time++) {
        if (time > 0) this.#record.repeated();
        await send(socket, this.#question.datagram, place);
        await pause(this.#question.timeoutMs, over);
      }
    } finally {
      socket.close();
    }
  }

  #take(datagram: Buffer, from: RemoteInfo): void {
    const packet = isFrom(this.#record.place, from) ? decode(datagram) : undefined;
    if (packet && this.#question.isAnswer(packet)) {
      this.#answer = packet;
      this.#ended.abort();
    } else {
      this.#untrusted = true;
      this.#record.count("untrusted");
    }
  }
}

function isFrom({ address, port }: ServerPlace, from: RemoteInfo): boolean {
  const bytes = readAddress(from.address);
  return bytes !== undefined && printAddress(bytes) === address && from.port === port;
}

function send(socket: Socket, datagram: Buffer, { address, port }: ServerPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(datagram, port, address, (error) => (error ? reject(error) : resolve()));
  });
}
