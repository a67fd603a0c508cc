// By which client each NAS tells of its subscribers: a client may be a proxy, and one NAS may come by several. When one is silent,
// it is the NASes that came by it last that nothing is heard of. Kept in the store: sessions outlive the daemon.

import type { Store } from "../../store/store.ts";

/** Of more the one that was new longest ago is forgotten: nothing of it is cleared when its client is silent. */
const NASES_MAX = 10_000;

export interface RadiusNas {
  /** As its sessions have it. */
  readonly nas: string;
  /** An address. */
  readonly client: string;
}

export interface NasesParts {
  readonly store: Pick<Store, "call">;
}

interface Known {
  /** All that it ever came by: written down once each, however they take turns. */
  readonly clients: Set<string>;
  /** Undefined: it was not heard since the daemon began. */
  latest: string | undefined;
}

export class Nases {
  readonly #parts: NasesParts;
  readonly #known = new Map<string, Known>();

  constructor(parts: NasesParts) {
    this.#parts = parts;
  }

  /** Goes on with what the store knows. */
  async load(): Promise<void> {
    for (const { nas, client } of await this.#parts.store.call("radiusNases")) this.#at(nas).clients.add(client);
  }

  heard(nas: string, client: string): void {
    const known = this.#at(nas);
    known.latest = client;
    if (known.clients.has(client)) return;
    known.clients.add(client);
    // What the store could not keep is tried again when it is heard next.
    this.#parts.store.call("saveRadiusNas", { nas, client }).catch(() => known.clients.delete(client));
  }

  /** Those that came by this client last. */
  behind(client: string): string[] {
    return this.#known
      .entries()
      .filter(([, { latest, clients }]) => (latest === undefined ? clients.has(client) : latest === client))
      .map(([nas]) => nas)
      .toArray();
  }

  #at(nas: string): Known {
    const known = this.#known.get(nas) ?? { clients: new Set(), latest: undefined };
    if (this.#known.has(nas)) return known;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= NASES_MAX && oldest !== undefined) this.#forget(oldest);
    this.#known.set(nas, known);
    return known;
  }

  #forget(nas: string): void {
    this.#known.delete(nas);
    this.#parts.store.call("forgetRadiusNas", nas).catch(() => {});
  }
}
