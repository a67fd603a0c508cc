// Imports a lease file of Kea's: each line becomes what the server's reply would have been. The file is looked at before anything is
// told of it; what fails half-way can be imported again.

import { join } from "node:path";
import { Sentence } from "../sentence.ts";
import type { Login, Logout, Renewal, SubscriberFeed } from "../subscribers/feed.ts";
import { counterOf, type DhcpCounts, DhcpFigures } from "./figures.ts";
import { type KeaReader, keaReader } from "./kea-leases.ts";
import { leaseEvent } from "./lease.ts";
import { linesOf } from "./lease-file.ts";
import type { NameSource } from "./name.ts";

/** Errors that are told; the others are counted. */
const TOLD_ERRORS = 100;

/** Events that are stored together. */
const TOGETHER = 512;

export interface LeaseImporterParts {
  readonly subscribers: SubscriberFeed;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Where files are. */
  readonly directory: string;
  /** What subscribers are called by. */
  source(): NameSource;
}

export interface ImportedLeases {
  /** All, the first one too. */
  readonly lines: number;
  /** Leases that have ended by their time. */
  readonly over: number;
  /** What came of the others; looked at only: what could. */
  readonly counts: DhcpCounts;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
  readonly wrongLines: number;
  readonly isImported: boolean;
}

type LeaseEvent = Login | Renewal | Logout;

export class LeaseImporter {
  readonly #parts: LeaseImporterParts;

  /** How many lines are read of the file that is imported; null: none is. */
  lines: number | null = null;

  constructor(parts: LeaseImporterParts) {
    this.#parts = parts;
  }

  /** Rejects with a Sentence. */
  async import(file: string, dryRun: boolean): Promise<ImportedLeases> {
    if (this.lines !== null) throw new Sentence("Another lease file is being imported: wait for its end.");
    this.lines = 0;
    try {
      return await this.#import(file, dryRun);
    } finally {
      this.lines = null;
    }
  }

  async #import(file: string, dryRun: boolean): Promise<ImportedLeases> {
    const path = join(this.#parts.directory, file);
    const looked = await this.#pass(path, async (events, figures) => {
      for (const { kind } of events) figures.add(counterOf(kind, kind === "renew" ? "not-its-own" : "applied"));
    });
    if (dryRun || looked.wrongLines > 0) return { ...looked, isImported: false };
    const imported = await this.#pass(path, async (events, figures) => {
      const outcomes = await this.#parts.subscribers.take(events);
      for (const [index, { kind }] of events.entries()) figures.add(counterOf(kind, outcomes[index] ?? "unchanged"));
    });
    return { ...imported, isImported: true };
  }

  async #pass(path: string, tell: (events: readonly LeaseEvent[], figures: DhcpFigures) => Promise<void>) {
    const figures = new DhcpFigures();
    const errors: { line: number; message: string }[] = [];
    const counted = { lines: 0, over: 0, wrongLines: 0 };
    let reader: KeaReader | undefined;
    let events: LeaseEvent[] = [];
    for await (const line of linesOf(path)) {
      this.lines = ++counted.lines;
      if (!reader) {
        reader = readerOf(line);
        continue;
      }
      const read = this.#read(reader, line);
      if (typeof read === "string") {
        counted.wrongLines++;
        if (errors.length < TOLD_ERRORS) errors.push({ line: counted.lines, message: read });
      } else if (read && isOver(read, this.#parts.now())) counted.over++;
      else if (read) events.push(read);
      if (events.length < TOGETHER) continue;
      await tell(events, figures);
      events = [];
    }
    if (!reader) throw new Sentence(`There is nothing in ${path}.`);
    if (events.length > 0) await tell(events, figures);
    return { ...counted, counts: figures.counts, errors };
  }

  #read(reader: KeaReader, line: string): LeaseEvent | string | undefined {
    const lease = reader(line);
    if (typeof lease !== "object") return lease;
    return leaseEvent(lease, this.#parts.source(), lease.at) ?? "No subscriber can have such an address.";
  }
}

function readerOf(header: string): KeaReader {
  const reader = keaReader(header);
  if (typeof reader === "string") throw new Sentence(reader);
  return reader;
}

function isOver(event: LeaseEvent, now: number): boolean {
  return event.kind !== "logout" && event.expiresAt !== null && event.expiresAt <= now;
}
