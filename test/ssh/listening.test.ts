// Where the box listens, how it follows the configuration, and the keys that it shows.

import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test from "ava";
import { freePort } from "../../lab/free-port.ts";
import { Listening } from "../../mgmt/listening.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { openDoor } from "../../mgmt/ssh/door.ts";
import { until } from "../daemon/parts.ts";
import { type Box, box, run } from "./box.ts";

const command = "show privilege";

const alarmsOf = async ({ runDirectory }: Box) =>
  (await ask(daemonSocket(runDirectory), { ask: "status" })).alarms.filter((alarm) => /SSH|ssh_host/.test(alarm));

test("another port is listened at at once, and who is connected stays", async (t) => {
  const made = await box(t);
  const client = await made.client();
  const port = await freePort();
  await made.configure("", { port });
  const moved = (at: number) => made.ssh({ options: ["-p", `${at}`], command });
  t.is((await moved(port)).status, 0);
  t.regex((await moved(made.port)).err, /Connection refused/);
  await made.configure("", { on: false });
  t.regex((await moved(port)).err, /Connection refused/);
  const answered = await new Promise<string>((resolve, reject) =>
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(text(channel)))),
  );
  t.is(answered, "Current privilege level is 15\n");
});

test("an address that somebody else listens at is an alarm until he has gone; meanwhile SSH listens where it did", async (t) => {
  const made = await box(t);
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  await made.configure("", { port });
  await until("it tells", async () => (await alarmsOf(made)).length > 0);
  const old = `127.0.0.1 port ${made.port}`;
  t.deepEqual(await alarmsOf(made), [
    `SSH cannot listen at 127.0.0.1 port ${port}: it is in use; it still listens at ${old}.`,
  ]);
  t.is((await made.ssh({ command })).status, 0);
  other.close();
  await until("it listens", async () => (await alarmsOf(made)).length === 0);
  t.is((await made.ssh({ options: ["-p", `${port}`], command })).status, 0);
  t.regex((await made.ssh({ command })).err, /Connection refused/);
});

test("at one port every address and one of them take the place of each other, and one that the machine lacks does not", async (t) => {
  const port = await freePort();
  const lines: string[] = [];
  let accepted = 0;
  const listening = new Listening({
    log: { say: (_, text) => void lines.push(text) },
    name: "SSH",
    open: (place) =>
      openDoor(place, (socket) => {
        accepted++;
        socket.end("taken");
      }),
  });
  t.teardown(() => listening.at(undefined));
  for (const address of [null, "127.0.0.1", null, "192.0.2.1"]) {
    await listening.at({ address, port });
    t.is(await text(connect(port, "127.0.0.1")), "taken");
  }
  t.is(accepted, 4);
  t.deepEqual(lines, [
    `SSH cannot listen at 192.0.2.1 port ${port}: it is no address of this machine; it still listens at port ${port}.`,
  ]);
  await listening.at({ address: null, port });
  t.is(listening.alarm, undefined);
});

test("a zone says from where people come, also to those who connected before", async (t) => {
  const made = await box(t);
  await made.configure("zone elsewhere\n ip 192.0.2.0/24\nline vty 0 4\n access-class elsewhere in\n");
  const socket = connect(made.port, "127.0.0.1");
  t.is(await text(socket).catch(() => ""), "", "he is not even told who it is");
  await made.configure("zone here\n ip 127.0.0.0/8\nline vty 0 4\n access-class here in\n");
  t.is((await made.ssh({ command })).status, 0);
});

test("who has not shown in time who he is, is let go", async (t) => {
  const made = await box(t, { lines: "ip ssh time-out 1\n" });
  const socket = connect(made.port, "127.0.0.1");
  t.is(await text(socket), "SSH-2.0-Postern\r\n");
});

test("keys are made at the first start and kept; ed25519 and RSA are shown, and RSA not with SHA-1", async (t) => {
  const first = await box(t, { ownHostKeys: true });
  const scanned = async ({ port }: Box, ...types: string[]) => {
    const { out } = await run(["ssh-keyscan", ...types, "-p", `${port}`, "127.0.0.1"]);
    return out
      .trim()
      .split("\n")
      .map((line) => line.replace(/^\S+ /, ""))
      .sort();
  };
  const shown = await scanned(first);
  t.deepEqual(
    shown.map((line) => line.split(" ")[0]),
    ["ssh-ed25519", "ssh-rsa"],
  );
  const rsa = ["-o", "UserKnownHostsFile=/dev/null", "-o"];
  for (const [algorithms, status] of [
    ["rsa-sha2-512", 0],
    ["rsa-sha2-256", 0],
    ["ssh-rsa", 255],
  ] as const) {
    t.is(
      (await first.ssh({ options: [...rsa, `HostKeyAlgorithms=${algorithms}`], command })).status,
      status,
      algorithms,
    );
  }
  await first.app.stop();
  t.deepEqual(await scanned(await box(t, { before: first })), shown);
});

test("only what is modern is offered", async (t) => {
  const { ssh } = await box(t);
  const { err } = await ssh({ options: ["-vv"], command });
  const offer = err.slice(err.indexOf("peer server KEXINIT proposal"));
  t.regex(offer, /host key algorithms: ssh-ed25519,rsa-sha2-512,rsa-sha2-256\r?\n/);
  t.false(
    /sha1\b|sha1-etm|md5|cbc|group1-|group14-sha1|zlib|dss/.test(offer.slice(0, offer.indexOf("kex: algorithm"))),
  );
  t.true(offer.includes("kex-strict-s-v00@openssh.com"));
});

test("a damaged key, or one that others may read, is an alarm and not replaced; the other one serves", async (t) => {
  const first = await box(t);
  await first.app.stop();
  const [ed25519, rsa] = ["ed25519", "rsa"].map((kind) => join(first.directory, `ssh_host_${kind}_key`)) as [
    string,
    string,
  ];
  await writeFile(ed25519, "no key");
  const second = await box(t, { before: first });
  t.regex((await alarmsOf(second)).join(), /ssh_host_ed25519_key is no ed25519 key: put a copy of it back/);
  t.is(await readFile(ed25519, "utf8"), "no key");
  t.is((await second.ssh({ options: ["-o", "UserKnownHostsFile=/dev/null"], command })).status, 0);
  await second.app.stop();

  await chmod(rsa, 0o644);
  const third = await box(t, { before: first });
  t.regex((await alarmsOf(third)).join(), /Others than the daemon may read .*ssh_host_rsa_key/);
  t.regex((await third.ssh({ command })).err, /Connection refused/);
});

test("new keys are made when that is confirmed, and shown to those who connect then", async (t) => {
  const made = await box(t);
  const file = join(made.directory, "ssh_host_ed25519_key");
  const before = await readFile(file, "utf8");
  t.is((await made.ssh({ command: "ip ssh key generate" })).status, 1);
  t.is(await readFile(file, "utf8"), before);
  const { out } = await made.ssh({ input: "ip ssh key generate\nyes\n" });
  t.regex(
    out,
    /\[yes\/no\]: yes\r\nWho connects from now on is shown these:\r\ned25519 {2}SHA256:.*\r\nrsa {6}SHA256:/,
  );
  t.not(await readFile(file, "utf8"), before);
  t.regex((await made.ssh({ command })).err, /HOST IDENTIFICATION HAS CHANGED/);
  t.true(made.lines.some((line) => line.includes("ssh.renew-host-keys; done")));
});
