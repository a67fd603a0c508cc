// Sends the log to a syslog host by UDP (RFC 5426). Never waits: what cannot go now is left out, and counted.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { Bucket } from "../bucket.ts";
import { reasonOf } from "../sentence.ts";
import { number } from "../words.ts";
import type { LogLine } from "./line.ts";
import { mnemonics } from "./mnemonics.ts";
import { syslogMessage } from "./syslog.ts";

/** Lines: a flood is no news to a person, and at once a receiver's socket holds some 270 in Linux (rmem_default). */
const RATE = { perSecond: 100, burst: 200 };

/** Messages that the kernel has not taken yet. */
const UNSENT_MAX = 1000;

/** A host that refuses again within this time is told of once. */
const QUIET_MS = 10 * 60_000;

export interface SyslogHostOptions {
  readonly address: string;
  readonly port: number;
  /** The name of this appliance. */
  readonly hostname: string;
}

export interface SyslogHostParts {
  /** Milliseconds on a clock that is never set. */
  nowMs(): number;
  /** Takes a sentence: nobody gets the lines. */
  refused(text: string): void;
}

export class SyslogHost {
  readonly #options: SyslogHostOptions;
  readonly #parts: SyslogHostParts;
  readonly #bucket: Bucket;
  #socket: Socket | undefined;
  #state: "apart" | "connecting" | "connected" = "apart";
  /** Given before the socket was connected. */
  readonly #early: Buffer[] = [];
  #unsent = 0;
  #leftOut = 0;
  #refusedMs = Number.NEGATIVE_INFINITY;

  constructor(options: SyslogHostOptions, parts: SyslogHostParts) {
    this.#options = options;
    this.#parts = parts;
    this.#bucket = new Bucket(RATE, parts.nowMs);
  }

  start(): void {
    this.#socket = createSocket(isIPv6(this.#options.address) ? "udp6" : "udp4")
      .on("error", (error) => this.#refused(error))
      .unref();
  }

  async stop(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.close();
    await once(socket, "close");
  }

  send(line: LogLine): void {
    const socket = this.#socket;
    if (!socket || this.#unsent >= UNSENT_MAX || !this.#bucket.take()) {
      this.#leftOut++;
      return;
    }
    if (this.#leftOut > 0) this.#give(socket, this.#leftOutLine(line.at));
    this.#give(socket, line);
  }

  /** Lines that did not leave, and which the host was not told of yet. */
  get leftOut(): number {
    return this.#leftOut;
  }

  #leftOutLine(at: number): LogLine {
    const text = `${number(this.#leftOut)} lines were left out here: there were too many at once, or they could not leave.`;
    this.#leftOut = 0;
    return { at, severity: mnemonics.LOGGING, mnemonic: "LOGGING", text };
  }

  #give(socket: Socket, line: LogLine): void {
    const message = syslogMessage(line, this.#options.hostname, process.pid);
    this.#unsent++;
    if (this.#state === "connected") this.#transmit(socket, message);
    else this.#early.push(message);
    if (this.#state === "apart") this.#connect(socket);
  }

  /** A connected socket hears of refusals. */
  #connect(socket: Socket): void {
    this.#state = "connecting";
    socket.connect(this.#options.port, this.#options.address, (error?: Error) => {
      this.#state = error ? "apart" : "connected";
      for (const message of this.#early.splice(0)) {
        if (error) this.#notSent(error);
        else this.#transmit(socket, message);
      }
    });
  }

  #transmit(socket: Socket, message: Buffer): void {
    socket.send(message, (error) => {
      if (error) this.#notSent(error);
      else this.#unsent--;
    });
  }

  #notSent(error: Error): void {
    this.#unsent--;
    this.#leftOut++;
    this.#refused(error);
  }

  #refused(error: Error): void {
    const { nowMs, refused } = this.#parts;
    const { address, port } = this.#options;
    const last = this.#refusedMs;
    this.#refusedMs = nowMs();
    if (this.#refusedMs - last < QUIET_MS) return;
    refused(
      `Syslog host ${address} does not take the log at UDP port ${port} (${reasonOf(error)}): look at it and at the way to it.`,
    );
  }
}
