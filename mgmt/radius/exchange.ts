// One question to a RADIUS server by UDP: sent again until an answer comes. Each has a socket, and so a source port, of its own:
// an answer cannot be taken for that of another question, and who does not see the packets must guess the port.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { printAddress, readAddress } from "../../cli/grammar/address.ts";
import type { ServerPlace, ServerRecord } from "../aaa/server-record.ts";
import { reasonOf } from "../sentence.ts";
import { decode, type Packet } from "./packet.ts";

const SILENT = "does not answer: see whether it runs, is reached, and knows this appliance by the same key.";
const UNTRUSTED =
  "gives no answer to be trusted: compare the keys, and see that it answers from this address with a Message-Authenticator.";

export interface Question {
  readonly datagram: Buffer;
  /** For each answer. */
  readonly timeoutMs: number;
  /** Times that it is sent again. */
  readonly retransmit: number;
  /** Whether this packet is its answer: the server's who has the key. */
  isAnswer(packet: Packet): boolean;
}

export interface ExchangeParts {
  /** Milliseconds on a clock that is never set. */
  nowMs(): number;
  /** Returns after so many milliseconds, or when the signal is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Aborted: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export class Exchange {
  readonly #question: Question;
  readonly #record: ServerRecord;
  readonly #parts: ExchangeParts;
  readonly #ended = new AbortController();
  #answer: Packet | undefined;
  #untrusted = false;
  #sentMs = 0;

  /** `record`: of the server that is asked. */
  constructor(question: Question, record: ServerRecord, parts: ExchangeParts) {
    this.#question = question;
    this.#record = record;
    this.#parts = parts;
  }

  /** The answer, if there is one. What became of it is in the server's record. */
  async run(): Promise<Packet | undefined> {
    const { nowMs, signal } = this.#parts;
    try {
      await this.#ask();
    } catch (error) {
      this.#record.failed("silent", `cannot be asked (${reasonOf(error)}): look at the way to it.`);
      return undefined;
    }
    if (this.#answer) this.#record.answered(nowMs() - this.#sentMs);
    else if (!signal.aborted) this.#fail();
    return this.#answer;
  }

  async #ask(): Promise<void> {
    const { place } = this.#record;
    const { nowMs, pause, signal } = this.#parts;
    const over = AbortSignal.any([this.#ended.signal, signal]);
    const socket = createSocket(isIPv6(place.address) ? "udp6" : "udp4").on("message", (datagram, from) => {
      if (!over.aborted) this.#take(datagram, from);
    });
    socket.on("error", () => this.#ended.abort());
    try {
      await once(socket.bind(), "listening");
      for (let left = this.#question.retransmit; left >= 0 && !over.aborted; left--) {
        this.#sentMs = nowMs();
        await send(socket, this.#question.datagram, place);
        this.#record.count("requests");
        await pause(this.#question.timeoutMs, over);
        if (!over.aborted) this.#record.count("timeouts");
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

  #fail(): void {
    if (this.#untrusted) this.#record.failed("untrusted", UNTRUSTED);
    else this.#record.failed("silent", SILENT);
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
