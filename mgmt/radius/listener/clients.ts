// The clients of RADIUS accounting as they are configured now, each with its record, and those who are none.

import type { RadiusClient } from "../../config/sections/radius-accounting.ts";
import type { Facts } from "../../config/service.ts";
import { ClientRecord, type ClientRecordParts } from "./client-record.ts";
import { Complaints } from "./complaints.ts";

export interface RadiusClientsParts extends ClientRecordParts {
  facts(): Pick<Facts, "radiusAccounting">;
}

export interface Client {
  readonly settings: Readonly<RadiusClient>;
  readonly record: ClientRecord;
}

export interface StrangerFigures {
  /** Packets of those who are no clients. */
  readonly packets: number;
  /** Where the latest came from; null: there was none. */
  readonly latest: string | null;
}

const STRANGERS = "RADIUS accounting";

/** Nothing of the packet is told, and of its source the first: whoever sends chooses it. */
const STRANGE =
  'packets come from who is no client, and are not looked at: "show interface LineCard 0 subscriber LEG radius-accounting" says from where the latest';

export class RadiusClients {
  readonly #parts: RadiusClientsParts;
  readonly #complaints: Complaints;
  #configured: Facts["radiusAccounting"]["clients"] = [];
  #clients = new Map<string, Client>();
  #strange: StrangerFigures = { packets: 0, latest: null };

  constructor(parts: RadiusClientsParts) {
    this.#parts = parts;
    this.#complaints = new Complaints(parts);
  }

  /** Undefined: nobody there is a client. `address`: in its one text. */
  at(address: string): Client | undefined {
    return this.#current().get(address);
  }

  all(): Client[] {
    return [...this.#current().values()];
  }

  /** Somebody sent a packet who is no client. */
  strange(address: string): void {
    this.#strange = { packets: this.#strange.packets + 1, latest: address };
    this.#complaints.hear(STRANGERS, STRANGE);
  }

  strangers(): StrangerFigures {
    return this.#strange;
  }

  /** Tells what is due. */
  look(): void {
    this.#complaints.look(STRANGERS);
    for (const { record } of this.all()) record.look();
  }

  /** A record lasts while its client is configured. */
  #current(): ReadonlyMap<string, Client> {
    const { clients } = this.#parts.facts().radiusAccounting;
    if (clients === this.#configured) return this.#clients;
    const known = this.#clients;
    this.#configured = clients;
    this.#clients = new Map(
      clients.map((settings) => {
        const { address } = settings;
        return [address, { settings, record: known.get(address)?.record ?? new ClientRecord(address, this.#parts) }];
      }),
    );
    return this.#clients;
  }
}
