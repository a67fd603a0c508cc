// Public keys of users, as ssh-keygen makes them.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { keyAlgorithms, readKeyBlob } from "../../cli/grammar/public-key.ts";
import { type Configuration, emptyConfiguration } from "../../mgmt/config/configuration.ts";
import { amend, parseConfiguration } from "../../mgmt/config/parse.ts";
import { renderConfiguration } from "../../mgmt/config/render.ts";
import { directory } from "../daemon/parts.ts";

const HASH = `$scrypt$ln=10,r=8,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;
const ALICE = `username alice privilege 10 secret 9 ${HASH}`;

/** The line of its file. */
function keyOf(t: ExecutionContext, type: string, bits: number): string {
  const file = join(directory(t), "key");
  execFileSync("ssh-keygen", ["-q", "-t", type, "-b", `${bits}`, "-N", "", "-C", "alice of the desk", "-f", file]);
  return readFileSync(`${file}.pub`, "utf8").trim();
}

/** What is wrong with a text that has these lines. */
function errorsOf(...lines: string[]): string[] {
  const parsed = parseConfiguration(lines.join("\n"));
  return "errors" in parsed ? parsed.errors.map(({ line, column, code }) => `${line}:${column} ${code}`) : [];
}

/** The users after these lines were typed one by one. */
function usersAfter(...lines: string[]): Configuration["users"] {
  const candidate = emptyConfiguration();
  for (const line of lines) amend(candidate, [line]);
  return candidate.users;
}

test("a key of every algorithm is kept without its comment", (t) => {
  const lines = [
    ...[keyOf(t, "ed25519", 256), keyOf(t, "ecdsa", 256), keyOf(t, "ecdsa", 384), keyOf(t, "ecdsa", 521)],
    keyOf(t, "rsa", 2048),
  ];
  const parsed = parseConfiguration([ALICE, ...lines.map((line) => `username alice ssh-key ${line}`)].join("\n"));
  if ("errors" in parsed) return t.fail(JSON.stringify(parsed.errors));
  const kept = parsed.configuration.users[0]?.keys ?? [];
  t.deepEqual(kept.map(({ algorithm }) => algorithm).sort(), [...keyAlgorithms].sort());
  const shown = renderConfiguration(parsed.configuration, { secrets: false });
  for (const line of lines) t.true(shown.includes(`username alice ssh-key ${line.replace(/ alice of.*/, "\n")}`));
});

test("an RSA key of 1024 bits is refused with the bits that it has", (t) => {
  const [, blob = ""] = keyOf(t, "rsa", 1024).split(" ");
  const reading = readKeyBlob(blob);
  t.regex(
    reading && "refusal" in reading ? reading.refusal : "",
    /^An RSA key has at least 2048 bits, this one 1024: /,
  );
});

test("a key that is damaged anywhere in its frame is refused", (t) => {
  const bytes = Buffer.from(keyOf(t, "ecdsa", 256).split(" ")[1] ?? "", "base64");
  const isKey = (some: Buffer) => "value" in (readKeyBlob(some.toString("base64")) ?? {});
  t.true(isKey(bytes));
  t.false(isKey(Buffer.concat([bytes, Buffer.from([0])])));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      t.false(isKey(bytes.subarray(0, at)));
      const bent = Buffer.from(bytes);
      bent[at] = (bent[at] ?? 0) ^ change;
      t.false(isKey(bent), `byte ${at}`);
    }),
  );
});

test("a key needs its user, in the text before it, and its own algorithm's name", (t) => {
  const [algorithm, blob] = keyOf(t, "ed25519", 256).split(" ");
  const line = `username alice ssh-key ${algorithm} ${blob}`;
  t.deepEqual(errorsOf(line, ALICE), ["1:9 unknown-user"]);
  t.deepEqual(errorsOf(ALICE, `username alice ssh-key ssh-rsa ${blob}`), ["2:31 other-algorithm"]);
  t.deepEqual(errorsOf(ALICE, line), []);
});

test("keys are taken back one by one, and go with their user; another secret or level leaves him his", (t) => {
  const keys = [keyOf(t, "ed25519", 256), keyOf(t, "ed25519", 256)];
  const typed = [ALICE, ...keys.map((key) => `username alice ssh-key ${key}`)];
  t.is(usersAfter(...typed)[0]?.keys.length, 2);
  t.deepEqual(usersAfter(...typed, `no ${typed[2]}`), usersAfter(...typed.slice(0, 2)));
  t.deepEqual(usersAfter(...typed, "no username alice", ALICE), usersAfter(ALICE));
  const [after] = usersAfter(...typed, "username alice privilege 5 secret correct-horse");
  t.like(after, { level: 5, keys: usersAfter(...typed)[0]?.keys });
});

test("a user has eight keys at most", (t) => {
  const lines = Array.from({ length: 9 }, () => `username alice ssh-key ${keyOf(t, "ed25519", 256)}`);
  t.deepEqual(errorsOf(ALICE, ...lines.slice(1)), []);
  t.regex(errorsOf(ALICE, ...lines).join(), /^\d+:0 too-many$/);
});
