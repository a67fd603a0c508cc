// What the store's thread does when it is asked: the protocol between it and the daemon's main thread.

import type { Breach } from "../breaches/breach.ts";
import type { EventPlace } from "../engine/engine_port.ts";
import type { Preparation } from "../policy/prepare.ts";
import type { Revision } from "./revision-table.ts";

/** Each call runs to its end before the next begins. Those that touch the file fail with a Sentence when they cannot. */
export interface StoreCalls {
  /** First of all calls. */
  open(file: string): void;
  /** Last of all calls. */
  close(): void;
  saveBreaches(breaches: readonly Breach[], places: readonly EventPlace[]): number[];
  unendedBreaches(endedAt: number): Breach[];
  recentBreaches(limit: number): Breach[];
  eventPlaces(): EventPlace[];
  latestRevision(): Revision | undefined;
  saveRevision(revision: Revision): void;
  /** Here because it takes milliseconds, and ids from the store. */
  preparePolicy(text: string): Preparation;
}

export type StoreCall = keyof StoreCalls;

export interface Request {
  readonly id: number;
  readonly call: StoreCall;
  readonly args: readonly unknown[];
}

/** The thread's first message, once it has loaded all its code. */
export const READY = "ready";

export type Response =
  | { readonly id: number; readonly value: unknown }
  /** `expected`: the error is a Sentence, told by the daemon; another one is a fault of ours. */
  | { readonly id: number; readonly error: string; readonly expected: boolean };
