// Secrets: how they are kept, and that nobody sees them.
import { inspect } from "node:util";
import test from "ava";
import fc from "fast-check";
import { printLineError } from "../../cli/grammar/line-error.ts";
import { ClearText } from "../../cli/grammar/secret.ts";
import { hashOf, verifySecret } from "../../mgmt/access/secret.ts";
import type { Configuration } from "../../mgmt/config/configuration.ts";
import { maskedLine } from "../../mgmt/config/mask.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import { renderConfiguration } from "../../mgmt/config/render.ts";
import { configurations } from "./arbitrary.ts";

/** "correct horse" and the salt of 16 bytes 0x01 with 2^10 rounds, by Python's hashlib.scrypt. */
const KNOWN = "$scrypt$ln=10,r=8,p=1$AQEBAQEBAQEBAQEBAQEBAQ$6iL41ZKaPIEV2Jci5HwyvYkOASJV+dLVkQ8u950DGo0";

function accepted(text: string): Configuration {
  const parsed = parseConfiguration(text);
  if ("errors" in parsed) throw new Error(parsed.errors.map(printLineError).join("\n"));
  return parsed.configuration;
}

function errorsOf(text: string): string {
  const parsed = parseConfiguration(text);
  return "errors" in parsed ? parsed.errors.map(printLineError).join("\n") : "";
}

test("a hash that others made is understood", async (t) => {
  t.true(await verifySecret(KNOWN, new ClearText("correct horse")));
  t.false(await verifySecret(KNOWN, new ClearText("correct horsf")));
});

test("who does not exist has no secret, not even an empty one's hash", async (t) => {
  t.false(await verifySecret(undefined, new ClearText("correct horse")));
});

test("a secret in clear text is kept as a salted hash, and nothing else of it", async (t) => {
  const forms = ["secret opensesame", "secret 0 opensesame", 'secret "opensesame"'];
  const { users } = accepted(forms.map((form, n) => `username user${n} privilege 10 ${form}\n`).join(""));
  t.is(new Set(users.map(({ secret }) => secret)).size, 3);
  for (const { secret } of users) {
    t.regex(secret, /^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    t.true(await verifySecret(secret, new ClearText("opensesame")));
    t.false(await verifySecret(secret, new ClearText("opensesam3")));
  }
});

test("an enable secret is typed as IOS or the SCE has it, and is one for each level", async (t) => {
  const { enableSecrets } = accepted('enable password level 10 0 "open sesame"\nenable secret level 15 opensesame\n');
  t.deepEqual(
    enableSecrets.map(({ level }) => level),
    [10, 15],
  );
  t.true(await verifySecret(enableSecrets[0]?.secret, new ClearText("open sesame")));
});

test("the same secret typed again is no change", (t) => {
  const known = hashOf(new ClearText("opensesame"));
  t.is(hashOf(new ClearText("opensesame"), known), known);
  t.not(hashOf(new ClearText("opensesam3"), known), known);
});

test("a secret that somebody typed is not printed by accident", (t) => {
  const secret = new ClearText("opensesame");
  for (const text of [`${secret}`, JSON.stringify({ secret }), inspect({ secret }, { showHidden: true, depth: 9 })]) {
    t.false(text.includes("opensesame"));
    t.true(text.includes("********"));
  }
});

test("a configuration that is shown has no hash and no key in it, and cannot be loaded by accident", (t) => {
  fc.assert(
    fc.property(configurations, (configuration) => {
      const shown = renderConfiguration(configuration, { secrets: false });
      const { users, enableSecrets, aaa, radiusAccounting } = configuration;
      const hashes = [...users, ...enableSecrets].map(({ secret }) => secret);
      const keepers = [...aaa.radiusServers, ...aaa.tacacsServers, ...radiusAccounting.clients];
      const secrets = [...hashes, ...keepers.map(({ key }) => key)];
      t.true(secrets.every((secret) => !shown.includes(secret)));
      t.is("errors" in parseConfiguration(shown), secrets.length > 0);
    }),
  );
});

/** Letters that no word of ours is made of. */
const secret = fc.string({ unit: fc.constantFrom(..."QXZ0189 $!#|"), minLength: 4, maxLength: 70 });

const abbreviated = fc.constantFrom(
  "user alice pri 10 s ",
  "no user alice pri 10 s ",
  "ena s l 15 9 ",
  "ena p ",
  "radius-s h ::1 ti 5 k 0 ",
  "no tac h ::1 k ",
  "int l 0\n sub leg rad cl ::1 k 0 ",
);

const noise = fc.constantFrom("", "usr", "no ", "enable ", "username a privilege 11 ", "zone z ", "hostname h ");

const spelled = fc.constantFrom(
  "username alice privilege 10 secret ",
  "username alice privilege 10 secret 0 ",
  "username alice privilege 10 secret 9 ",
  "username alice secret ",
  "enable secret level 15 ",
  "enable password level 10 0 ",
  "enable secret ",
  "enable pass ",
  "radius-server host 192.0.2.1 auth-port 1645 key ",
  "radius-server host 192.0.2.1 key 7 ",
  "tacacs-server host 192.0.2.1 port x key ",
  "tacacs-server key ",
  " key 0 ",
);

const leads = fc.tuple(noise, spelled).map((parts) => parts.join(""));

test("no error in a line, and nothing that is written down of it, tells its secret", (t) => {
  const property = fc.property(fc.oneof(abbreviated, leads), secret, fc.boolean(), (lead, secret, quoted) => {
    const typed = `${lead}${quoted ? `"${secret}"` : secret}`;
    const told = [errorsOf(`${typed} ZZZZ\n`), maskedLine([typed]), maskedLine(["zone z", typed])].join("\n");
    const parts = secret.split(" ").filter(({ length }) => length >= 4);
    return parts.every((part) => !told.includes(part));
  });
  t.notThrows(() => fc.assert(property));
});
