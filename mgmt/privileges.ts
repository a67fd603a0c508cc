// What the daemon may do. Started as root it makes its directories and becomes a user who can do nothing else; nothing from
// outside (files, sockets, packets' data) is touched before. Of root's rights it keeps one, to listen at any port
// (CAP_NET_BIND_SERVICE), and only in the main thread: at which ports it listens is configuration.

import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { loadNative } from "./engine/native.ts";
import { reasonOf, Sentence } from "./sentence.ts";

/** A user and his groups, by name. */
export interface Account {
  readonly user: string;
  readonly group: string;
  /** Of which he is a member too. */
  readonly others: readonly string[];
}

/** Set-up makes it. Members of its group may ask the daemon; the other one reads the region and commands the fast path. */
export const daemonAccount: Account = { user: "postern", group: "postern", others: ["postern-fastpath"] };

/** Directories that belong to the daemon. */
export interface Directories {
  /** Shared with others: made if absent, and left as it is otherwise. */
  readonly run: string;
  /** The daemon's own, with sockets for its group: mode 0750. */
  readonly sockets: string;
  /** The daemon's alone, with hashes of secrets: mode 0700. */
  readonly state: string;
}

/** Makes the directories and, as root, gives them to the account and becomes it for ever. Throws a Sentence. */
export function confine(account: Account, directories: Directories): void {
  const isRoot = process.geteuid?.() === 0;
  const owner = isRoot ? idsOf(account) : undefined;
  const own = [
    [directories.sockets, 0o750],
    [directories.state, 0o700],
  ] as const;
  make(directories.run, 0o755);
  for (const [path, mode] of own) make(path, mode, owner);
  process.chdir("/");
  process.umask(0o077);
  if (!isRoot) return;
  become(account);
  // Those that were there already. The account can do so to its own ones only.
  for (const [path, mode] of own) chmodSync(path, mode);
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** Node looks names up only where it changes ids, so this changes the effective ones and returns. */
function idsOf({ user, group, others }: Account): Ids {
  const before = process.getegid?.() ?? 0;
  try {
    for (const each of [...others, group]) process.setegid?.(each);
    process.seteuid?.(user);
    return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  } catch {
    throw new Sentence(
      `There is no user ${user} with groups ${[group, ...others].join(" and ")}: run scripts/setup.sh, which makes them.`,
    );
  } finally {
    process.seteuid?.(0);
    process.setegid?.(before);
  }
}

/** A directory that is there already is left as it is; one that should have an owner must have that one. */
function make(path: string, mode: number, owner?: Ids): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) makeNew(path, mode, owner);
    const status = lstatSync(path);
    if (!status.isDirectory()) throw new Sentence(`${path} is no directory: remove it, or name another one.`);
    if (owner && status.uid !== owner.uid) {
      throw new Sentence(`${path} belongs to another user than the daemon's: name another one, or chown it.`);
    }
  } catch (error) {
    if (error instanceof Sentence) throw error;
    throw new Sentence(`Cannot make the directory ${path}: ${reasonOf(error)}; name another one, or run this as root.`);
  }
}

function makeNew(path: string, mode: number, owner?: Ids): void {
  mkdirSync(path, { mode });
  if (owner) chownSync(path, owner.uid, owner.gid);
}

/** All threads change: glibc sees to that. Those that do not keep their capabilities lose all. */
function become({ user, group, others }: Account): void {
  const { keepCapabilities, onlyBindService } = loadNative();
  keepCapabilities();
  process.setgroups?.([group, ...others]);
  process.setgid?.(group);
  process.setuid?.(user);
  onlyBindService();
  if (canReturn()) throw new Sentence(`Could become root again after becoming ${user}: refusing to run.`);
}

function canReturn(): boolean {
  return [() => process.setuid?.(0), () => process.seteuid?.(0), () => process.setgid?.(0)].some((attempt) => {
    try {
      attempt();
      return true;
    } catch {
      return false;
    }
  });
}
