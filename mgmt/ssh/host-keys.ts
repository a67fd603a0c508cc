// What the appliance shows that it is itself: a key of each kind, made once and kept.

import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import ssh2, { type ParsedKey } from "ssh2";
import { writeDurably } from "../durable-file.ts";
import { reasonOf, Sentence } from "../sentence.ts";
import { fingerprintOf } from "./fingerprint.ts";

const RSA_BITS = 3072;

const hostKeyKinds = ["ed25519", "rsa"] as const;

export type HostKeyKind = (typeof hostKeyKinds)[number];

export interface HostKeyStatus {
  readonly kind: HostKeyKind;
  /** As OpenSSH shows it: `SHA256:...`. */
  readonly fingerprint: string;
}

export class HostKeys {
  readonly #directory: string;
  readonly #keys = new Map<HostKeyKind, ParsedKey>();
  /** Made, but not on the disk yet: nobody is shown what the next start would not have. */
  readonly #unwritten = new Map<HostKeyKind, Made>();
  #alarms: readonly string[] = [];

  /** `directory`: the daemon's own; nobody else may read there. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Those that are good. */
  get keys(): readonly ParsedKey[] {
    return [...this.#keys.values()];
  }

  status(): readonly HostKeyStatus[] {
    return [...this.#keys].map(([kind, key]) => ({ kind, fingerprint: fingerprintOf(key.getPublicSSH()) }));
  }

  /** Sentences about those that are not. */
  alarms(): readonly string[] {
    return this.#alarms;
  }

  /** Takes those that are kept, and makes those that are not there. One that is damaged is nobody's to replace: it is an alarm. */
  async load(): Promise<void> {
    const alarms: string[] = [];
    for (const kind of hostKeyKinds) {
      if (this.#keys.has(kind)) continue;
      try {
        this.#keys.set(kind, await this.#loadOrMake(kind));
      } catch (error) {
        if (!(error instanceof Sentence)) throw error;
        alarms.push(error.message);
      }
    }
    this.#alarms = alarms;
  }

  /** Makes new ones in place of all. Rejects with a Sentence. */
  async renew(): Promise<void> {
    for (const kind of hostKeyKinds) this.#keys.set(kind, await this.#make(kind));
    this.#alarms = [];
  }

  #fileOf(kind: HostKeyKind): string {
    return join(this.#directory, `ssh_host_${kind}_key`);
  }

  async #loadOrMake(kind: HostKeyKind): Promise<ParsedKey> {
    const file = this.#fileOf(kind);
    const text = await keptIn(file);
    if (text === undefined) return this.#make(kind);
    const key = privateKeyOf(text);
    if (key?.type === typeOf[kind]) return key;
    throw new Sentence(
      `${file} is no ${kind} key: put a copy of it back, or make new ones with "ip ssh key generate".`,
    );
  }

  async #make(kind: HostKeyKind): Promise<ParsedKey> {
    const file = this.#fileOf(kind);
    const fresh = this.#unwritten.get(kind) ?? (await made(kind));
    this.#unwritten.set(kind, fresh);
    await writeDurably(file, fresh.text).catch((error: unknown) => {
      throw new Sentence(`Cannot keep a host key in ${file}: ${reasonOf(error)}.`);
    });
    this.#unwritten.delete(kind);
    return fresh.key;
  }
}

const typeOf: Readonly<Record<HostKeyKind, ParsedKey["type"]>> = { ed25519: "ssh-ed25519", rsa: "ssh-rsa" };

const makePair = {
  ed25519: promisify<{ private: string }>((done) => ssh2.utils.generateKeyPair("ed25519", done)),
  rsa: promisify<{ private: string }>((done) => ssh2.utils.generateKeyPair("rsa", { bits: RSA_BITS }, done)),
};

interface Made {
  /** As the file has it. */
  readonly text: string;
  readonly key: ParsedKey;
}

/** Rejects with a Sentence. The library loses the leading zero that one ed25519 key of 256 has, and cannot read that key then: another is made. */
async function made(kind: HostKeyKind): Promise<Made> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { private: text } = await makePair[kind]().catch((error: unknown) => {
      throw new Sentence(`Cannot make an ${kind} host key: ${reasonOf(error)}.`);
    });
    const key = privateKeyOf(text);
    if (key) return { text, key };
  }
  throw new Sentence(`No ${kind} host key that was made can be read.`);
}

const ATTEMPTS = 10;

/** Undefined: there is none. Rejects with a Sentence when it cannot be trusted. */
async function keptIn(file: string): Promise<string | undefined> {
  try {
    const { mode, uid } = await lstat(file);
    if ((mode & 0o077) !== 0 || uid !== process.geteuid?.()) {
      throw new Sentence(`Others than the daemon may read ${file}: give it to the daemon's user, mode 600.`);
    }
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof Sentence) throw error;
    throw new Sentence(`Cannot read the host key ${file}: ${reasonOf(error)}.`);
  }
}

function privateKeyOf(text: string): ParsedKey | undefined {
  const key = ssh2.utils.parseKey(text);
  return key instanceof Error || !key.isPrivateKey() ? undefined : key;
}
