// A capture as the daemon runs it, on a fast path that does what the test says.

import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { commentOf } from "../../cli/capture-file.ts";
import { capture } from "../../cli/commands/capture.ts";
import type { Sample } from "../../mgmt/engine/region_data.ts";
import { orderBytes, packetKinds } from "../../mgmt/engine/sample_order.ts";
import { askMany } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { type Daemon, daemon, directory, region, until } from "./parts.ts";

function sample(changes: Partial<Sample> = {}): Sample {
  return {
    ...{ ring: 0, sequence: 1, timeUs: 5_000_000, link: 0, side: "subscriber", kind: "tcp", verdict: "refused" },
    session: "refused",
    services: [0],
    subscriber: { address: "10.30.94.66", prefixLength: 32, outerVlan: 0, innerVlan: 0 },
    length: 60,
    bytes: new Uint8Array(60),
    ...changes,
  };
}

/** A started daemon beside a fast path. */
async function running(t: Parameters<typeof daemon>[0]): Promise<Daemon> {
  const made = daemon(t);
  made.engine.attach(region({ generation: 1 }));
  await made.app.start();
  return made;
}

const everything = { ask: "capture", filter: {}, snapLength: 100 } as const;

test("a capture orders samples, passes them on with names, and ends the order when its reader goes", async (t) => {
  const { engine, runDirectory } = await running(t);
  engine.samplesTaken = [sample({ sequence: 77 })];
  const batches = askMany(daemonSocket(runDirectory), { ...everything, filter: { port: 25 } });
  t.deepEqual(
    (await batches.next()).value,
    { packets: [], lost: 0, suppressed: 0, links: 1 },
    "what was there is not his",
  );
  t.deepEqual(engine.orders, [{ filter: { port: 25 }, snapLength: 100, durationMs: 5000 }]);
  engine.samplesTaken = [sample(), sample({ services: [9], verdict: "forwarded" })];
  engine.samplesLost = 3;
  for await (const { packets, lost } of batches) {
    if (packets.length === 0) continue;
    t.is(lost, 3);
    t.deepEqual(
      packets.map(({ services }) => services),
      [["smtp-outbound"], ["service 9"]],
    );
    t.is(Buffer.from(packets[0]?.bytes ?? "", "base64").length, 60);
    break;
  }
  await until("the order is ended", () => engine.orders.at(-1)?.durationMs === 0);
});

test("there is one capture at a time", async (t) => {
  const { engine, runDirectory } = await running(t);
  const first = askMany(daemonSocket(runDirectory), everything);
  await first.next();
  const second = askMany(daemonSocket(runDirectory), everything);
  const sentence = { instanceOf: Sentence, message: /^Another capture is under way: / };
  await t.throwsAsync(second.next(), sentence);
  await first.return(undefined);
  await until("it is over", () => engine.orders.at(-1)?.durationMs === 0);
  const third = askMany(daemonSocket(runDirectory), everything);
  t.false((await third.next()).done);
  await third.return(undefined);
});

test("the order is renewed while somebody reads", async (t) => {
  const { engine, runDirectory } = await running(t);
  const batches = askMany(daemonSocket(runDirectory), everything);
  await batches.next();
  engine.now += 2000;
  await until("it is renewed", async () => {
    await batches.next();
    return engine.orders.length > 1;
  });
  t.is(engine.orders.at(-1)?.durationMs, 5000);
  await batches.return(undefined);
});

test("a fast path that does not answer, or refuses, is told, and no file is left", async (t) => {
  const { engine, runDirectory, directory: at } = await running(t);
  const path = join(at, "capture.pcapng");
  engine.answer = undefined;
  await t.throwsAsync(capture([path, "--run-dir", runDirectory]), { instanceOf: Sentence, message: /does not answer/ });
  engine.answer = { ok: false, full: false, text: "it asks for too much" };
  const message = "The fast path does not capture: it asks for too much.";
  await t.throwsAsync(capture([path, "--run-dir", runDirectory]), { instanceOf: Sentence, message });
  await t.throwsAsync(stat(path), { code: "ENOENT" });
});

test("a file that is there is not touched", async (t) => {
  const { engine, runDirectory, directory: at } = await running(t);
  const path = join(at, "capture.pcapng");
  await writeFile(path, "precious");
  await t.throwsAsync(capture([path, "--run-dir", runDirectory]), {
    message: `${path} is there already: name another file.`,
  });
  t.is(await readFile(path, "utf8"), "precious");
  t.is(engine.orders.length, 0);
});

for (const [args, message] of [
  [[], "One file is named: see postern capture --help."],
  [["a", "b"], "One file is named: see postern capture --help."],
  [["a", "--port", "0"], "--port is a number from 1 to 65535."],
  [["a", "--seconds", "601"], "--seconds is a number from 1 to 600."],
  [["a", "--address", "mail"], "--address is an address or a prefix, such as 192.0.2.7 or 2001:db8::/48."],
  [["a", "--address", "10.0.0.1/8"], "10.0.0.1/8 has host bits set: the network is 10.0.0.0/8."],
  [["a", "--protocol", "smtp"], "--protocol is a number from 1 to 255."],
  [["a", "--verdict", "blocked"], "--verdict is one of forwarded, refused, evasive, cutoff, handover_full, oversize."],
  [["a", "--kind", "arp"], `--kind is one of ${packetKinds.join(", ")}.`],
  [["a", "--linc", "0"], "Unknown option '--linc': see postern capture --help."],
] as const) {
  test(`capture ${args.join(" ")}: ${message}`, async (t) => {
    await t.throwsAsync(capture(args), { instanceOf: Sentence, message });
    await t.throwsAsync(stat(join(directory(t), "a")), { code: "ENOENT" });
  });
}

test("a comment says what became of a packet, whose it is, and its session", (t) => {
  const { ring, sequence, timeUs, services, bytes, ...facts } = sample();
  const packet = { ...facts, atUs: timeUs, services: ["smtp-outbound"] };
  t.is(commentOf(packet), "refused: subscriber 10.30.94.66, smtp-outbound, session refused");
  const nobodys = { ...packet, subscriber: null, services: [], session: null };
  t.is(commentOf({ ...nobodys, kind: "other", verdict: "forwarded" }), "forwarded: other");
  t.is(commentOf({ ...nobodys, kind: "udp", verdict: "oversize" }), "too long for the other port: udp");
});

test("an order to sample has the bytes that the fast path reads", (t) => {
  const bytes = orderBytes({
    filter: { address: "10.30.94.0/24", port: 25, protocol: 6, verdicts: ["refused"], kinds: ["tcp", "udp"], link: 1 },
    durationMs: 5000,
    snapLength: 100,
  });
  const words = [1 << 1, (1 << 5) | (1 << 6), 1 << 1, 25 | (120 << 16) | (6 << 24), 5000, 2000, 100];
  const address = Buffer.from("00000000000000000000ffff0a1e5e00", "hex");
  t.deepEqual(Buffer.from(bytes), Buffer.concat([address, Buffer.from(Uint32Array.from(words).buffer)]));
  t.deepEqual(
    Buffer.from(orderBytes({ filter: {}, durationMs: 0, snapLength: 1 })),
    Buffer.concat([Buffer.alloc(36), Buffer.from(Uint32Array.of(2000, 1).buffer)]),
  );
});
