// One connection: who came by it, and the sessions that he opens over it.

import type { Socket } from "node:net";
import ssh2, { type Connection, type ParsedKey, type Session } from "ssh2";
import type { Identity } from "../access/identity.ts";
import type { Caller, Sessions } from "../access/sessions.ts";
import { Bucket } from "../bucket.ts";
import type { Facts } from "../config/service.ts";
import { printable } from "../words.ts";
import type { Origin } from "./admission.ts";
import { algorithms } from "./algorithms.ts";
import { Authentication, type AuthenticationParts } from "./authentication.ts";
import { CLOSING_MS, Deadline } from "./deadline.ts";
import { refuseAbsurd, tellSignatureAlgorithms, tellTooMany, withoutSha1 } from "./library.ts";
import type { Pace } from "./pace.ts";
import { type SessionParts, serveSession } from "./session.ts";
import type { Carrier } from "./terminal.ts";

/** Told before the handshake: who looks for a weakness learns no version. */
const IDENT = "Postern";

const SESSIONS_MAX = 4;

/** Sessions closed before anything ran in them: the library keeps what it knows of each as long as the connection is there. */
const UNUSED_MAX = 16;

/** Of keys, once he has logged in: each exchange takes 2 to 5 ms of everybody's time. */
const EXCHANGES = { burst: 10, perSecond: 0.1 };

/** After he has logged in he has so long to begin a session. */
const UNUSED_MS = 10_000;

/** After its last session the other end has so long to close the connection; some wait for us to do it. */
const LINGER_MS = 500;

/** One who is there answers before so many of these are over. */
const KEEPALIVE = { keepaliveInterval: 60_000, keepaliveCountMax: 5 };

interface ConnectionParts extends Pick<SessionParts, "shells" | "admit" | "fault"> {
  readonly hostKeys: readonly ParsedKey[];
  readonly logins: AuthenticationParts["logins"];
  readonly sessions: Pick<Sessions, "came" | "left">;
  readonly pace: Pace;
  /** What runs in a session of his takes a place until it is over. */
  track(work: Promise<void>, whose: Identity): void;
  /** A sentence, when he who has logged in has no place for another connection. */
  tooMany(identity: Identity): string | undefined;
  now(): number;
  /** Milliseconds on a clock that is never set. */
  nowMs(): number;
  facts(): Pick<Facts, "ssh" | "vty" | "users">;
}

/** What was agreed upon in the first key exchange. */
interface Agreed {
  readonly kex: string;
  readonly hostKey: string;
  readonly cipher: string;
  /** Empty: the cipher sees to that. */
  readonly mac: string;
}

export interface SshConnectionStatus {
  readonly from: string;
  /** null: nobody has logged in. */
  readonly user: string | null;
  /** In which something runs. */
  readonly sessions: number;
  /** Unix milliseconds. */
  readonly since: number;
  /** What the client calls itself; empty: it has not yet. */
  readonly software: string;
  readonly agreed: Agreed | null;
}

export class SshConnection {
  readonly #socket: Socket;
  readonly origin: Origin;
  readonly #parts: ConnectionParts;
  readonly #since: number;
  readonly #gone = new AbortController();
  #software = "";
  #agreed: Agreed | null = null;
  /** Undefined: nobody has logged in. */
  #caller: Caller | undefined;
  /** That are open, those of them in which something runs, and those that were closed unused. */
  #sessions = 0;
  #running = 0;
  #unused = 0;
  readonly #deadline: Deadline;

  constructor(socket: Socket, origin: Origin, parts: ConnectionParts) {
    this.#socket = socket;
    this.origin = origin;
    this.#parts = parts;
    this.#since = parts.now();
    this.#deadline = new Deadline(socket, parts.nowMs);
  }

  start(): void {
    const { facts, pace } = this.#parts;
    // An error is followed by the close.
    this.#socket.on("error", () => {});
    this.#socket.once("close", () => this.#gone.abort());
    this.#deadline.in(facts().ssh.graceSeconds * 1000);
    this.#socket.once(
      "close",
      pace.ask(() => this.#shakeHands()),
    );
  }

  status(): SshConnectionStatus {
    const [from, since, software, agreed] = [this.origin.address, this.#since, this.#software, this.#agreed];
    return { from, user: this.identity?.user ?? null, sessions: this.#running, since, software, agreed };
  }

  /** Undefined: nobody has logged in. */
  get identity(): Identity | undefined {
    return this.#caller?.identity;
  }

  /** Ends it with all its sessions, whatever they do. */
  cut(): void {
    this.#socket.destroy();
  }

  #shakeHands(): void {
    const { hostKeys, facts } = this.#parts;
    // One for each connection: it costs little, and knows whose it is.
    const server = new ssh2.Server(
      {
        ...{ hostKeys: hostKeys.flatMap(withoutSha1).map((key) => ({ key })), algorithms, ident: IDENT, ...KEEPALIVE },
        banner: facts().ssh.banner.replaceAll("\n", "\r\n"),
      },
      (connection, { header }) => this.#begin(connection, header.versions.software),
    );
    server.injectSocket(this.#socket);
  }

  #begin(connection: Connection, software: string): void {
    const { logins, facts, fault, nowMs } = this.#parts;
    const from = this.origin.address;
    this.#software = printable(software);
    // The library would close its own direction only, and go on reading.
    connection.on("error", () => this.cut());
    connection.once("handshake", ({ kex, serverHostKey: hostKey, sc: { cipher, mac } }) => {
      this.#agreed = { kex, hostKey, cipher, mac };
    });
    tellSignatureAlgorithms(connection);
    refuseAbsurd(connection);
    // Servers that are asked who he is have a time of their own.
    const asked: typeof logins = {
      byKey: (holder) => logins.byKey(holder),
      refusedKeys: (who, count) => logins.refusedKeys(who, count),
      byPassword: (login) => this.#deadline.without(() => logins.byPassword(login)),
    };
    const authentication = new Authentication(connection, {
      from,
      gone: this.#gone.signal,
      logins: asked,
      facts,
      fault,
    });
    authentication.start();
    connection.once("ready", () => authentication.identity && this.#loggedIn(connection, authentication.identity));
    // Whoever has not logged in yet has nothing to exchange keys for again but our time.
    const exchanges = new Bucket(EXCHANGES, nowMs);
    connection.on("rekey", () => {
      if (!this.identity || !exchanges.take()) this.cut();
    });
    connection.on("session", (accept, reject) => {
      if (!this.#caller || this.#sessions >= SESSIONS_MAX) reject();
      else this.#open(accept(), { connection, socket: this.#socket }, this.#caller);
    });
    this.#holdBack();
  }

  #loggedIn(connection: Connection, identity: Identity): void {
    const { sessions, tooMany } = this.#parts;
    const why = tooMany(identity);
    if (why !== undefined) {
      tellTooMany(connection, why);
      this.#deadline.in(0);
      return;
    }
    const caller = { identity, from: this.origin.address, cut: () => this.cut(), end: () => this.#end() };
    this.#caller = caller;
    this.#deadline.in(UNUSED_MS);
    this.#socket.once("close", () => sessions.left(caller));
    sessions.came(caller);
  }

  #open(asked: Session, carrier: Carrier, caller: Caller): void {
    const { shells, admit, track, fault, facts } = this.#parts;
    const closed = new AbortController();
    let used = false;
    this.#sessions++;
    asked.once("close", () => {
      closed.abort();
      if (!used && ++this.#unused >= UNUSED_MAX) this.cut();
      if (--this.#sessions === 0) this.#deadline.in(LINGER_MS);
    });
    serveSession(asked, AbortSignal.any([closed.signal, this.#gone.signal]), {
      ...{ carrier, caller, shells, admit, fault },
      track: (work) => track(work, caller.identity),
      idleMs: () => facts().vty.idleSeconds * 1000,
      begun: () => {
        used = true;
        this.#running++;
        this.#deadline.clear();
      },
      over: () => {
        if (--this.#running === 0) this.#deadline.in(CLOSING_MS);
      },
    });
  }

  /** Nothing is read from one who does not read what he is answered: the answers would be kept in memory. */
  #holdBack(): void {
    const socket = this.#socket;
    socket.on("data", () => {
      if (!socket.writableNeedDrain) return;
      socket.pause();
      socket.once("drain", () => socket.resume());
    });
  }

  /** What runs may still say its last word. */
  #end(): void {
    if (this.#running === 0) this.cut();
    else setTimeout(() => this.cut(), CLOSING_MS).unref();
  }
}
