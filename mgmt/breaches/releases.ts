// Releases by hand, and by whom: the end events that follow are theirs. Each is kept before the fast path is asked, so that the end
// finds it whichever daemon reads its event.

import type { BreachFacts, SubscriberAddress } from "../engine/region_data.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import { END_EVENT_LATE_MS } from "./book.ts";

/** That somebody asked to end a subscriber's breaches. */
export interface Release {
  readonly subscriber: SubscriberAddress;
  /** The id that the policy gave it; 0: every detector. */
  readonly detector: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly user: string;
  /** `console`, or an address. */
  readonly from: string;
  /** In his words; null: he gave none. */
  readonly why: string | null;
}

export interface ReleasesParts {
  readonly store: Pick<Store, "call">;
  readonly clock: { now(): number };
}

export class Releases {
  readonly #parts: ReleasesParts;
  /** The latest of each subscriber and detector, those asked for first at the front. */
  readonly #latest = new Map<string, Release>();

  constructor(parts: ReleasesParts) {
    this.#parts = parts;
  }

  /** Goes on with what the store knows. */
  async load(): Promise<void> {
    const { store, clock } = this.#parts;
    for (const release of await store.call("releases", clock.now() - END_EVENT_LATE_MS)) this.#put(release);
  }

  /** To be called before the fast path is asked. A store that cannot keep it does not keep anybody from being released. */
  async keep(asked: Omit<Release, "at">): Promise<void> {
    const { store, clock } = this.#parts;
    const release = { ...asked, at: clock.now() };
    this.#put(release);
    this.#forget(release.at - END_EVENT_LATE_MS);
    await store.call("saveRelease", release).catch((error: unknown) => {
      if (!(error instanceof Sentence)) throw error;
    });
  }

  /** The one that ended a breach, which its end event says was released. */
  of({ subscriber, detector }: Pick<BreachFacts, "subscriber" | "detector">): Release | undefined {
    const [one, every] = [detector, 0].map((each) => this.#latest.get(keyOf({ subscriber, detector: each })));
    return one && every && one.at < every.at ? every : (one ?? every);
  }

  #put(release: Release): void {
    const key = keyOf(release);
    this.#latest.delete(key);
    this.#latest.set(key, release);
  }

  #forget(before: number): void {
    for (const [key, { at }] of this.#latest) {
      if (at >= before) return;
      this.#latest.delete(key);
    }
  }
}

function keyOf({ subscriber, detector }: Pick<Release, "subscriber" | "detector">): string {
  const { address, prefixLength, outerVlan, innerVlan } = subscriber;
  return [address, prefixLength, outerVlan, innerVlan, detector].join(" ");
}
