// Logins by key: OpenSSH's keys of each kind, keys that nobody has, and signatures that are too weak.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import test from "ava";
import ssh2 from "ssh2";
import { directory } from "../daemon/parts.ts";
import { box, keyLine, makeKey } from "./box.ts";

/** By no other way, and with no other key. */
const byKey = (file: string, algorithms = "+") => [
  ...["-i", file, "-o", "IdentitiesOnly=yes", "-o", "PreferredAuthentications=publickey"],
  ...(algorithms === "+" ? [] : ["-o", `PubkeyAcceptedAlgorithms=${algorithms}`]),
];

for (const type of ["ed25519", "ecdsa", "rsa"] as const) {
  test(`a user comes in by a key of kind ${type}`, async (t) => {
    const file = await makeKey(directory(t), type);
    const made = await box(t, { lines: await keyLine("level10", file) });
    const command = "show privilege";
    t.like(await made.ssh({ level: 10, password: null, options: byKey(file), command }), {
      status: 0,
      out: "Current privilege level is 10\n",
    });
    t.regex(made.lines.join("\n"), /level10 from 127\.0\.0\.1, level 10: session\.login: by local, key SHA256:/);
  });
}

test("an RSA key signs with either SHA-2, and not with SHA-1, which no client is told to use", async (t) => {
  const file = await makeKey(directory(t), "rsa");
  const made = await box(t, { lines: await keyLine("level10", file) });
  const tried = (algorithms: string) =>
    made.ssh({ level: 10, password: null, options: [...byKey(file, algorithms), "-v"], command: "show privilege" });
  t.is((await tried("rsa-sha2-512")).status, 0);
  const { status, err } = await tried("rsa-sha2-256");
  t.is(status, 0);
  t.regex(
    err,
    /server-sig-algs=<ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256>/,
  );
  t.is((await tried("ssh-rsa")).status, 255);
});

test("a client that signs with SHA-1 all the same is refused", async (t) => {
  const file = await makeKey(directory(t), "rsa");
  const made = await box(t, { lines: await keyLine("level10", file) });
  const privateKey = await readFile(file);
  const come = async (heedsList: boolean) => {
    const client = new ssh2.Client();
    t.teardown(() => client.end());
    client.on("error", () => {});
    client.connect({ host: "127.0.0.1", port: made.port, username: "level10", privateKey });
    const { _handlers: handlers } = (client as unknown as { _protocol: { _handlers: Record<string, unknown> } })
      ._protocol;
    // Who is not told what the server takes signs as in 1999.
    if (!heedsList) handlers.EXT_INFO = () => {};
    return once(client, "ready").then(
      () => "in",
      ({ message }: Error) => message,
    );
  };
  t.is(await come(true), "in");
  t.regex(await come(false), /authentication methods failed/);
});

test("keys that are not his are refused, which costs him no password; who has no other way in is told of", async (t) => {
  const folder = directory(t);
  const [his, other] = [await makeKey(folder, "ed25519"), await makeKey(folder, "ecdsa")];
  const made = await box(t, { lines: `${await keyLine("level10", his)}ip ssh authentication-retries 1\n` });
  const options = ["-i", other, "-o", "IdentitiesOnly=yes"];
  t.like(await made.ssh({ level: 10, options, command: "show privilege" }), { status: 0 });
  t.like(await made.ssh({ level: 5, password: null, options: byKey(his), command: "show privilege" }), { status: 255 });
  t.like(await made.ssh({ user: "nobody", password: null, options: byKey(his), command: "show privilege" }), {
    status: 255,
  });
  const refused = (user: string) =>
    `${user} from 127.0.0.1, level 0: session.login; denied: Keys that are not this user's: 1.`;
  const denied = made.lines.filter((line) => line.includes("denied"));
  t.deepEqual(denied, ["level5", "nobody"].map(refused), "who comes in by another way is not told of");
});

test("there is an end to the keys that one connection may offer", async (t) => {
  const made = await box(t);
  const client = new ssh2.Client();
  t.teardown(() => client.end());
  const { private: key } = ssh2.utils.generateKeyPairSync("ed25519");
  let offered = 0;
  client.on("error", () => {});
  client.connect({
    ...{ host: "127.0.0.1", port: made.port, username: "level15" },
    authHandler: (_methods, _partial, next) => {
      offered++;
      next({ type: "publickey", username: "level15", key });
    },
  });
  await once(client, "close");
  t.is(offered, 21, "and the last one is not answered");
});

test("local users' keys are worth nothing when others say who somebody is", async (t) => {
  const file = await makeKey(directory(t), "ed25519");
  const lines = `${await keyLine("level10", file)}aaa authentication login default group radius\n`;
  const made = await box(t, { lines });
  t.like(await made.ssh({ level: 10, password: null, options: byKey(file), command: "show privilege" }), {
    status: 255,
  });
});
