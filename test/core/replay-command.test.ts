// `postern replay` as a person runs it: a process, its two outputs and its exit status.

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { replay } from "../../cli/program/replay.ts";
import { replayCapture } from "../../mgmt/replay/replay.ts";
import { pcapBytes } from "../frames/pcap.ts";
import { tcp } from "./frames.ts";
import { configurationOf, outboundMail } from "./policies.ts";
import { temporaryDirectory } from "./regions.ts";

const postern = join(import.meta.dirname, "../../postern");

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

function run(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(postern, ["replay", ...args], { env: { ...process.env, TZ: "UTC" } }, (failure, out, error) =>
      resolve({ status: Number(failure?.code ?? 0), out, error }),
    );
  });
}

/** A frame a second from 2026-01-01 on. */
function pcap(frames: readonly Uint8Array[], linkType = 1): Buffer {
  const startMs = Date.UTC(2026, 0, 1) + 250;
  const timed = frames.map((bytes, second) => ({ bytes, timeNs: BigInt(startMs + second * 1000) * 1_000_000n }));
  return pcapBytes(timed, { linkType });
}

/** The same frames as pcapng: a section, an interface of Ethernet, and an enhanced packet block a frame. */
function pcapng(frames: readonly Uint8Array[]): Buffer {
  const block = (type: number, body: Uint8Array) => {
    const length = Uint32Array.of(12 + body.length);
    return Buffer.concat([
      Buffer.from(Uint32Array.of(type).buffer),
      Buffer.from(length.buffer),
      body,
      Buffer.from(length.buffer),
    ]);
  };
  const words = (...values: number[]) => Buffer.from(Uint32Array.of(...values).buffer);
  const padded = (frame: Uint8Array) => Buffer.concat([frame, Buffer.alloc(-frame.length & 3)]);
  return Buffer.concat([
    block(0x0a0d0d0a, words(0x1a2b3c4d, 0x00000001, 0xffffffff, 0xffffffff)),
    block(1, words(1, 65535)),
    ...frames.map((frame, microseconds) =>
      block(6, Buffer.concat([words(0, 0, microseconds, frame.length, frame.length), padded(frame)])),
    ),
  ]);
}

const mail = (fromPort: number) => tcp({ from: "10.0.0.1", fromPort, to: "192.0.2.1", toPort: 25 });
const mails = Array.from({ length: 12 }, (_, i) => mail(2000 + i));
const twelveMails = pcap(mails);

async function files(t: ExecutionContext, capture: Uint8Array, configuration = outboundMail) {
  const directory = await temporaryDirectory(t);
  const [path, config] = [join(directory, "some.pcap"), join(directory, "some.conf")];
  await writeFile(path, capture);
  await writeFile(config, configuration);
  return { path, config };
}

test.serial("sessions, breaches and verdicts are printed as tables", async (t) => {
  const { path, config } = await files(t, twelveMails);
  const { status, out, error } = await run(path, "--config", config);
  t.is(error, "");
  t.is(status, 0);
  const lines = out.split("\n").map((line) => line.trim().replace(/ +/g, " "));
  t.true(lines.includes("Sessions: 12"), out);
  t.true(lines.includes("2026-01-01 00:00:09.250 10.0.0.1:2009 -> 192.0.2.1:25 tcp - smtp opened syn"), out);
  t.true(lines.includes("2026-01-01 00:00:10.250 10.0.0.1:2010 -> 192.0.2.1:25 tcp - smtp refused refused"), out);
  t.true(lines.includes("Breaches: 1"), out);
  const breach = "2026-01-01 00:00:09.250 2026-01-01 00:01:00.250 10.0.0.1 smtp 10 sessions in 60 s report,block 10 2";
  t.true(lines.includes(breach), out);
  t.true(lines.includes("verdict forward 10") && lines.includes("refuse 2"), out);
});

test.serial("with --json the same is data", async (t) => {
  const { path, config } = await files(t, twelveMails);
  const { status, out } = await run(path, "--config", config, "--json");
  const report = JSON.parse(out);
  t.is(status, 0);
  t.like(report.packets, { total: 12, verdict: { forward: 10, refuse: 2, cutoff: 0 } });
  t.is(report.sessions.length, 12);
  t.like(report.breaches[0], { service: "smtp", counted: 10, refused: 2, subscriber: { address: "10.0.0.1" } });
  t.is(report.error, null);
});

test("pcapng is read as well, and a capture that begins in 1970 too", async (t) => {
  const { path } = await files(t, pcapng(mails));
  const { packets } = replayCapture(configurationOf(outboundMail), path);
  t.like(packets, { total: 12, firstAt: 0, verdict: { forward: 10, refuse: 2, cutoff: 0 } });
});

test("an empty capture is no error", async (t) => {
  const { path } = await files(t, pcap([]));
  const { packets, error } = replayCapture(configurationOf(outboundMail), path);
  t.deepEqual([packets.total, error], [0, null]);
});

test.serial("a capture that is cut short is reported up to the cut, and then is an error", async (t) => {
  const { path, config } = await files(t, twelveMails.subarray(0, twelveMails.length - 10));
  const { status, out, error } = await run(path, "--config", config);
  t.is(status, 1);
  t.regex(out, /^Sessions: 11$/m);
  t.regex(error, /^postern: The capture .*some\.pcap is cut short or damaged: [^\n]+ What came before is above\.\n$/);
});

const unreadable = {
  "is missing": {
    capture: undefined,
    sentence: /^The capture .*nothing\.pcap cannot be read: No such file or directory\.$/,
  },
  "is empty": { capture: Buffer.alloc(0), sentence: /^.*some\.pcap is not a pcap or pcapng capture: [^\n]+\.$/ },
  "is no capture": { capture: Buffer.alloc(1000, "x"), sentence: /^.* is not a pcap or pcapng capture: [^\n]+\.$/ },
  "holds no Ethernet": {
    capture: pcap([], 101),
    sentence: /^The capture .* holds frames of another kind \(Raw IP\): give one of Ethernet\.$/,
  },
};

for (const [how, { capture, sentence }] of Object.entries(unreadable)) {
  test(`a capture that ${how} is one clear sentence`, async (t) => {
    const { path, config } = await files(t, capture ?? Buffer.alloc(0));
    const named = capture ? path : path.replace("some", "nothing");
    await t.throwsAsync(replay([named, "--config", config]), { name: "Sentence", message: sentence });
  });
}

test("a configuration that is missing is one clear sentence", async (t) => {
  const { path, config } = await files(t, twelveMails);
  await t.throwsAsync(replay([path, "--config", `${config}.not`]), {
    name: "Sentence",
    message: `The configuration ${config}.not is not usable: cannot read it: it does not exist.`,
  });
});

test("a wrong way to type it says the right one", async (t) => {
  for (const args of [
    [],
    ["some.pcap"],
    ["--config", "x"],
    ["a", "b", "--config", "x"],
    ["a", "--config", "x", "--more"],
  ]) {
    await t.throwsAsync(replay(args), {
      name: "Sentence",
      message: "Type it as: postern replay FILE.pcap --config FILE [--json]",
    });
  }
});

test.serial("a wrong configuration is shown with a caret under the first wrong word", async (t) => {
  const { path, config } = await files(t, twelveMails, "service smtp\n protocol icmp port 25\n");
  const { status, out, error } = await run(path, "--config", config);
  t.deepEqual([status, out], [1, ""]);
  t.true(
    error.startsWith("Line 2:\n protocol icmp port 25\n          ^\n% Invalid input detected at '^' marker.\n"),
    error,
  );
  t.true(error.endsWith(`postern: The configuration ${config} is not usable: 1 line is wrong.\n`), error);
});
