// RADIUS accounting as a feed of subscribers (RFC 2866): listens where it is told to, hears its clients, and follows their silence.

import type { RadiusClient } from "../../config/sections/radius-accounting.ts";
import type { Facts } from "../../config/service.ts";
import { Listening, type Place } from "../../listening.ts";
import type { Log } from "../../log/log.ts";
import { Repeater } from "../../repeater.ts";
import type { Store } from "../../store/store.ts";
import type { SubscriberFeed } from "../../subscribers/feed.ts";
import type { Clock } from "../../time.ts";
import { Turns } from "../../turns.ts";
import type { ClientFigures } from "./client-record.ts";
import { RadiusClients, type StrangerFigures } from "./clients.ts";
import { Nases } from "./nases.ts";
import { Receiver } from "./receiver.ts";
import { isSilent, SilenceWatch } from "./silence.ts";
import { openSocket } from "./socket.ts";

/** Silence is seen, and its end, so much later at most; what could not be had to listen is tried again. */
const LOOK_MS = 1000;

export interface RadiusAccountingParts {
  facts(): Pick<Facts, "radiusAccounting" | "packages">;
  readonly feed: SubscriberFeed;
  readonly store: Pick<Store, "call">;
  readonly clock: Clock;
  readonly log: Pick<Log, "say">;
  /** Cuts off the links that judge, or no more. Does not reject. */
  cutOff(wanted: boolean): Promise<void>;
  /** Told of an error that is nobody's but ours. */
  fault(error: unknown): void;
}

export interface RadiusAccountingStatus {
  /** UDP; null: it is not listened for. */
  readonly port: number | null;
  /** Sentences about what is wrong. */
  readonly alarms: readonly string[];
  readonly clients: readonly RadiusClientStatus[];
  readonly strangers: StrangerFigures;
}

export interface RadiusClientStatus extends ClientFigures, Omit<RadiusClient, "address" | "key"> {
  readonly isSilent: boolean;
  /** How many NASes came by it last. */
  readonly nases: number;
}

export class RadiusAccounting {
  readonly #parts: RadiusAccountingParts;
  readonly #clients: RadiusClients;
  readonly #nases: Nases;
  readonly #silence: SilenceWatch;
  readonly #listening: Listening;
  readonly #turns = new Turns();
  readonly #looking = new Repeater(() => this.look(), LOOK_MS);
  #started = false;

  constructor(parts: RadiusAccountingParts) {
    this.#parts = parts;
    const { facts, feed, clock, log, fault } = parts;
    this.#clients = new RadiusClients({ ...clock, facts, log });
    this.#nases = new Nases(parts);
    const shared = { clients: this.#clients, nases: this.#nases, feed };
    this.#silence = new SilenceWatch({ ...shared, log, cutOff: (wanted) => parts.cutOff(wanted) });
    const receiver = new Receiver({ ...shared, facts, clock });
    const open = ({ port }: Place) => openSocket(port, { receive: receiver.answerTo.bind(receiver), fault });
    this.#listening = new Listening({ log, name: "RADIUS accounting", open });
  }

  /** Rejects with a Sentence when the store cannot be read. */
  async start(): Promise<void> {
    await this.#nases.load();
    this.#started = true;
    await this.obey();
    this.#looking.start();
  }

  async stop(): Promise<void> {
    await this.#looking.stop();
    this.#started = false;
    await this.obey();
  }

  /** Does as the configuration says. Does not reject. */
  obey(): Promise<void> {
    return this.#turns.take(async () => {
      const { port } = this.#parts.facts().radiusAccounting;
      await this.#listening.at(this.#started && port !== null ? { address: null, port } : undefined);
    });
  }

  /** Listens if it could not before, and sees who is silent. */
  async look(): Promise<void> {
    await this.obey();
    this.#clients.look();
    await this.#silence.look(this.#listening.isOpen).catch((error: unknown) => this.#parts.fault(error));
  }

  /** Sentences about what is wrong. */
  alarms(): string[] {
    return [...(this.#listening.alarm ? [this.#listening.alarm] : []), ...this.#silence.alarms()];
  }

  status(): RadiusAccountingStatus {
    const { port } = this.#parts.facts().radiusAccounting;
    const clients = this.#clients.all().map((client) => {
      const { key: _, ...settings } = client.settings;
      const nases = this.#nases.behind(settings.address).length;
      return { ...settings, ...client.record.figures(), isSilent: isSilent(client), nases };
    });
    return { port, alarms: this.alarms(), clients, strangers: this.#clients.strangers() };
  }
}
