// What the thread of names does when it is asked.

import type { Outcome, SubscriberEvent } from "../feed.ts";
import type { ImportStep } from "./csv-import.ts";
import type { NameFigures } from "./figures.ts";
import type { Introduced, Named, NameFilter } from "./queries.ts";

/** What came of a change of the file. */
export interface Stored {
  /** To be given to the fast path: mgmt/engine/subscriber_change.ts. */
  readonly changes: Uint8Array<ArrayBuffer>;
  readonly figures: NameFigures;
}

export interface Clearing extends Stored {
  /** More is to be taken away of what NASes told of before they ended. */
  readonly isClearing: boolean;
}

/**
 * Each call that changes the file does so wholly or not at all. Those that touch the file open it if it is not open, and fail with
 * a Sentence when they cannot. Times are Unix milliseconds.
 */
export interface NameCalls {
  /** First of all calls. */
  begin(file: string): void;
  /** Last of all calls. */
  close(): void;
  /** An outcome for each. */
  commit(events: readonly SubscriberEvent[], now: number): Clearing & { readonly outcomes: readonly Outcome[] };
  /** Takes away some of what NASes told of before they ended. */
  clearOn(now: number): Clearing;
  /** Takes away some of what is over. `next`: when more will be. */
  expire(now: number): Stored & { readonly next: number | null };
  /** Some of the names that nobody introduced and that have had no mapping since then or before. */
  idleSince(at: number): number[];
  /** Forgets those of them that are not needed, and some of what is not known any more; `isOver`: there is no more of that. */
  age(ids: readonly number[], needed: readonly number[], now: number): Stored & { readonly isOver: boolean };
  /** Forgets the first names with greater ids that a person introduced; `last`: null: there is none. */
  forgetIntroduced(after: number, now: number): Stored & { readonly last: number | null; readonly names: number };
  /** See NameQueries. */
  replay(after: number): { readonly changes: Uint8Array<ArrayBuffer>; readonly last: number | null };
  named(name: string): Named | undefined;
  /** Also of those that are forgotten. */
  namesOf(ids: readonly number[]): [id: number, name: string][];
  /** Of a name that is known, or was. */
  idOf(name: string): number | undefined;
  count(filter: NameFilter): number;
  page(filter: NameFilter, after: string, limit: number): string[];
  /** Opens a CSV file to be imported; one at a time. `packages`: those that there are. */
  openImport(path: string, packages: readonly number[]): void;
  /** Looks whether some more lines could be imported. */
  checkImport(): ImportStep;
  /** Reads the file from its beginning again, all of it looked at. Fails when there is no room for it. */
  beginImport(): void;
  /** Imports what can be of some more lines; `isOnce`: whether each name and mapping is there once is looked at. */
  stepImport(isOnce: boolean, now: number): Stored & ImportStep;
  closeImport(): void;
  /** Writes the names that a person introduced into a file. Returns how many. */
  exportTo(path: string): Promise<number>;
  introducedPage(after: string, limit: number): Introduced[];
}
