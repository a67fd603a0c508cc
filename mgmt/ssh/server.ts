// SSH: the command line for people and programs elsewhere.

import type { Socket } from "node:net";
import type { Identity } from "../access/identity.ts";
import type { Sessions } from "../access/sessions.ts";
import type { Shells } from "../access/shells.ts";
import { addressOf } from "../access/source.ts";
import type { Facts } from "../config/service.ts";
import { Listening, type Place } from "../listening.ts";
import type { Log } from "../log/log.ts";
import { Repeater } from "../repeater.ts";
import { Sentence } from "../sentence.ts";
import type { Wait } from "../time.ts";
import { Turns } from "../turns.ts";
import { Admission, type AdmissionParts } from "./admission.ts";
import type { AuthenticationParts } from "./authentication.ts";
import { SshConnection, type SshConnectionStatus } from "./connection.ts";
import { openDoor } from "./door.ts";
import { type HostKeyStatus, HostKeys } from "./host-keys.ts";
import { Pace } from "./pace.ts";

/** What could not be had is tried again: somebody may have made room for it. */
const AGAIN_MS = 5000;

/** Between two handshakes, each 5 to 12 ms of the event loop (bench/README.md): half of its time is left to others. */
const HANDSHAKE_EVERY_MS = 20;

/** One of so many sessions is kept for people of level 15: the others cannot take all. */
const KEPT_SHARE = 8;

/** One user may have one of so many sessions, and so many connections: whoever knows his password takes no more. */
const USERS_SHARE = 4;
const CONNECTIONS_OF_USER_MAX = 32;

interface SshServerParts extends AdmissionParts {
  /** Where the host keys are: the daemon's own. */
  readonly stateDirectory: string;
  readonly log: Pick<Log, "say">;
  readonly shells: Shells;
  readonly sessions: Pick<Sessions, "came" | "left">;
  readonly wait: Wait;
  readonly logins: AuthenticationParts["logins"];
  now(): number;
  /** Milliseconds on a clock that is never set. */
  nowMs(): number;
  facts(): Pick<Facts, "ssh" | "vty" | "users" | "accessZones">;
  /** Told of an error that is nobody's but ours. */
  fault(error: unknown): void;
}

export interface SshStatus {
  readonly settings: Facts["ssh"];
  /** Sentences about what is wrong. */
  readonly alarms: readonly string[];
  readonly hostKeys: readonly HostKeyStatus[];
  /** In the order in which they came. */
  readonly connections: readonly SshConnectionStatus[];
}

export class SshServer {
  readonly #parts: SshServerParts;
  readonly #hostKeys: HostKeys;
  readonly #listening: Listening;
  readonly #admission: Admission;
  readonly #connections = new Set<SshConnection>();
  readonly #pace: Pace;
  readonly #turns = new Turns();
  readonly #again = new Repeater(() => this.obey(), AGAIN_MS);
  /** What runs in sessions, and whose it is. */
  readonly #running = new Map<Promise<void>, Identity>();
  #started = false;

  constructor(parts: SshServerParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts);
    this.#hostKeys = new HostKeys(parts.stateDirectory);
    this.#pace = new Pace(HANDSHAKE_EVERY_MS, parts.wait);
    const open = (place: Place) => openDoor(place, (socket) => this.#accept(socket));
    this.#listening = new Listening({ log: parts.log, name: "SSH", open });
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.obey();
    this.#again.start();
  }

  async stop(): Promise<void> {
    await this.#again.stop();
    this.#started = false;
    await this.obey();
    for (const connection of this.#connections) connection.cut();
    await Promise.all(this.#running.keys());
  }

  /** Does as the configuration says. Who is connected stays. Does not reject. */
  obey(): Promise<void> {
    const obeying = this.#turns.take(async () => {
      const { on, address, port } = this.#parts.facts().ssh;
      const wanted = this.#started && on;
      if (wanted) await this.#hostKeys.load();
      await this.#listening.at(wanted && this.#hostKeys.keys.length > 0 ? { address, port } : undefined);
    });
    return obeying.catch((error: unknown) => this.#parts.fault(error));
  }

  /** Sentences about what is wrong. */
  alarms(): string[] {
    if (!this.#parts.facts().ssh.on) return [];
    return [...this.#hostKeys.alarms(), ...(this.#listening.alarm ? [this.#listening.alarm] : [])];
  }

  status(): SshStatus {
    const { ssh: settings } = this.#parts.facts();
    return {
      ...{ settings, alarms: this.alarms(), hostKeys: this.#hostKeys.status() },
      connections: [...this.#connections].map((connection) => connection.status()),
    };
  }

  /** Makes new host keys: who connects from now on is shown them. Rejects with a Sentence. */
  renewHostKeys(): Promise<readonly HostKeyStatus[]> {
    return this.#turns.take(async () => {
      await this.#hostKeys.renew();
      return this.#hostKeys.status();
    });
  }

  #accept(socket: Socket): void {
    const address = addressOf(socket.remoteAddress ?? "");
    const origin = address === "" ? undefined : this.#admission.admit(address, this.#connections);
    if (!origin) {
      socket.destroy();
      return;
    }
    const { facts, shells, sessions, logins, now, nowMs, fault } = this.#parts;
    const connection = new SshConnection(socket, origin, {
      ...{ hostKeys: this.#hostKeys.keys, facts, shells, sessions, logins, now, nowMs, fault, pace: this.#pace },
      admit: (identity) => this.#admit(identity),
      track: (work, whose) => void this.#track(work, whose),
      tooMany: (identity) => this.#tooMany(identity),
    });
    this.#connections.add(connection);
    socket.once("close", () => {
      this.#connections.delete(connection);
      this.#admission.left(connection);
    });
    connection.start();
  }

  #admit({ user, level }: Identity): void {
    const { sessions } = this.#parts.facts().vty;
    const kept = level === 15 ? 0 : Math.floor(sessions / KEPT_SHARE);
    if (this.#running.size >= sessions - kept) {
      throw new Sentence("The sessions that line vty allows are all open: try again later.");
    }
    const his = [...this.#running.values()].filter((each) => each.user === user).length;
    if (level < 15 && his >= Math.ceil(sessions / USERS_SHARE)) {
      throw new Sentence(`${user} has ${his} of ${sessions} sessions, and may have no more.`);
    }
  }

  #tooMany({ user, level }: Identity): string | undefined {
    const his = [...this.#connections].filter(({ identity }) => identity?.user === user).length;
    if (level === 15 || his < CONNECTIONS_OF_USER_MAX) return undefined;
    return `${user} has ${his} connections, and may have no more.`;
  }

  async #track(work: Promise<void>, whose: Identity): Promise<void> {
    this.#running.set(work, whose);
    await work.finally(() => this.#running.delete(work));
  }
}
