// Host keys that cannot be made or kept.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import ssh2 from "ssh2";
import { fingerprintOf } from "../../mgmt/ssh/fingerprint.ts";
import { HostKeys } from "../../mgmt/ssh/host-keys.ts";
import { directory } from "../daemon/parts.ts";
import { giveHostKeys } from "./box.ts";

/** A directory with a key of RSA and none of Ed25519. */
function without(t: ExecutionContext): { at: string; file: string } {
  const at = directory(t);
  giveHostKeys(at);
  const file = join(at, "ssh_host_ed25519_key");
  rmSync(file);
  return { at, file };
}

type MakePair = (...args: unknown[]) => void;

/** The library makes pairs so until the test is over. */
function instead(t: ExecutionContext, make: (makePair: MakePair, args: unknown[]) => void): void {
  const utils = ssh2.utils as { generateKeyPair: MakePair };
  const { generateKeyPair } = utils;
  utils.generateKeyPair = (...args) => make(generateKeyPair, args);
  t.teardown(() => {
    utils.generateKeyPair = generateKeyPair;
  });
}

test.serial(
  "a key that cannot be kept is shown to nobody, and made once: what was made is kept as soon as it can be",
  async (t) => {
    const { at, file } = without(t);
    mkdirSync(`${file}.new/x`, { recursive: true });
    const made: string[] = [];
    instead(t, (makePair, args) => {
      made.push(`${args[0]}`);
      makePair(...args);
    });
    const keys = new HostKeys(at);
    for (let time = 0; time < 3; time++) {
      await keys.load();
      t.regex(keys.alarms().join(), /^Cannot keep a host key in .*ssh_host_ed25519_key: /);
      t.deepEqual(
        keys.status().map(({ kind }) => kind),
        ["rsa"],
      );
    }
    rmSync(`${file}.new`, { recursive: true });
    await keys.load();
    t.deepEqual(keys.alarms(), []);
    t.deepEqual(made, ["ed25519"]);
    const kept = ssh2.utils.parseKey(readFileSync(file, "utf8"));
    if (kept instanceof Error) throw kept;
    t.true(keys.status().some(({ fingerprint }) => fingerprint === fingerprintOf(kept.getPublicSSH())));
  },
);

test.serial("a key that cannot be made is an alarm, and the other one serves", async (t) => {
  const { at } = without(t);
  instead(t, (_, args) => (args.at(-1) as (error: Error) => void)(new Error("no memory")));
  const keys = new HostKeys(at);
  await keys.load();
  t.deepEqual(keys.alarms(), ["Cannot make an ed25519 host key: no memory."]);
  t.deepEqual(
    keys.status().map(({ kind }) => kind),
    ["rsa"],
  );
});
