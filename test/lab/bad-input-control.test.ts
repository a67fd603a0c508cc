// Hostile bytes on the control socket: the fast path forwards, and the policy that it has stays.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { configurationText } from "../../lab/configuration.ts";
import type { Lab } from "../../lab/lab.ts";
import { homes } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { type ControlAnswer, sendBatch } from "../../mgmt/engine/control_client.ts";
import { orderBytes } from "../../mgmt/engine/sample_order.ts";
import { policyOf } from "../core/policies.ts";
import { Flow } from "./flow.ts";
import { inLab } from "./in-lab.ts";
import { controlSocket, inRegion } from "./packet-process.ts";
import { Random } from "./random.ts";
import { breach, shortQuota } from "./zombie.ts";

const [home] = homes;
const { policy } = policyOf(configurationText(shortQuota));

/** dataplane/fastpath/control_protocol.h. */
const version = 1;
const policyKind = 1;
const answerBytes = 128;
const bytesMax = 8 << 20;

/** Bytes of the policy's header (struct blob_header in dataplane/core/policy_blob.h). */
const linkModes = { from: 48, to: 52 };

/** The first bytes of a batch, as they claim to be. */
function header({
  length,
  version: spoken = version,
  commands = 1,
}: {
  length: number;
  version?: number;
  commands?: number;
}): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt16LE(spoken, 4);
  bytes.writeUInt16LE(commands, 6);
  return bytes;
}

/** The first bytes of a command. */
function command(length: number, kind: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt16LE(kind, 4);
  return bytes;
}

function policyBatch(payload: Uint8Array): Buffer {
  const body = Buffer.concat([command(payload.length, policyKind), payload]);
  return Buffer.concat([header({ length: 8 + body.length }), body]);
}

/** Sends bytes and nothing after them; returns everything that came back until the connection was closed. */
async function say(path: string, bytes: Uint8Array): Promise<Buffer> {
  const socket = connect({ path, allowHalfOpen: true });
  // One who is let go in the middle of his sentence.
  socket.on("error", () => {});
  socket.end(bytes);
  return buffer(socket).catch(() => Buffer.alloc(0));
}

/** Sends a policy alone. */
async function give(path: string, payload: Uint8Array): Promise<ControlAnswer> {
  const [answer] = await sendBatch(path, [{ kind: "policy", payload }], 5000);
  if (!answer) throw new Error("there was no answer");
  return answer;
}

/** Bytes that are no batch, and what they are answered: an empty text is a connection closed without an answer. */
interface Nonsense {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly answer: string;
}

const noLength = "a batch has an impossible length";
const noFit = "a command does not fit its batch";

function nonsense(): Nonsense[] {
  const whole = policyBatch(policy);
  const spokenOtherwise = Buffer.concat([header({ length: whole.length, version: version + 1 }), whole.subarray(8)]);
  const unknown = command(0, 77);
  return [
    { what: "nothing", bytes: Buffer.alloc(0), answer: "" },
    { what: "half a header", bytes: whole.subarray(0, 5), answer: "" },
    { what: "half a batch", bytes: whole.subarray(0, whole.length / 2), answer: "" },
    { what: "a batch without its last byte", bytes: whole.subarray(0, -1), answer: "" },
    { what: "a batch of no length", bytes: header({ length: 0 }), answer: noLength },
    { what: "a batch shorter than its header", bytes: header({ length: 4 }), answer: noLength },
    { what: "a batch of odd length", bytes: header({ length: 9 }), answer: noLength },
    { what: "a batch longer than any", bytes: header({ length: bytesMax + 4 }), answer: noLength },
    { what: "the greatest length there is", bytes: header({ length: 0xffff_fffc }), answer: noLength },
    { what: "another version", bytes: spokenOtherwise, answer: "it speaks another version of the control protocol" },
    {
      what: "a command longer than its batch",
      bytes: Buffer.concat([header({ length: 16 }), command(0xffff_fffc, policyKind)]),
      answer: noFit,
    },
    {
      what: "a command without its header",
      bytes: Buffer.concat([header({ length: 12 }), unknown.subarray(0, 4)]),
      answer: noFit,
    },
    {
      what: "a batch of the greatest size, full of noise",
      bytes: Buffer.concat([header({ length: bytesMax }), Buffer.alloc(bytesMax - 8, 0xa5)]),
      answer: noFit,
    },
  ];
}

function noise(random: Random): Nonsense[] {
  return Array.from({ length: 30 }, (_, n) => ({
    what: `noise ${n}`,
    bytes: Buffer.from(Array.from({ length: random.from(8, 2000) }, () => random.from(0, 255))),
    answer: "it speaks another version of the control protocol",
  }));
}

/** Traffic flows at a steady rate while somebody attacks a fast path that no daemon looks after; nothing is lost. */
function underAttack(attack: (t: ExecutionContext, lab: Lab, path: string) => Promise<void>) {
  return inLab({ quota: shortQuota }, async (t, lab) => {
    const { appliance } = lab;
    await appliance.daemon.stop();
    const flow = await Flow.start(lab, {
      direction: "upstream",
      subscriber: home,
      family: "ipv4",
      packetsPerSecond: 500,
    });
    const flows = async () => {
      const before = await flow.arrived();
      await until("the flow goes on", async () => (await flow.arrived()) > before);
    };
    await flows();
    const { starts } = inRegion(appliance, (region) => region.header());
    await attack(t, lab, controlSocket(appliance));
    await flows();
    t.deepEqual((await flow.stop()).lost, []);
    t.is(
      inRegion(appliance, (region) => region.header().starts),
      starts,
      "it was started again",
    );
    await breach(t, lab);
    await appliance.startDaemon();
  });
}

test(
  "bytes that are no batch are refused with a reason and change nothing",
  underAttack(async (t, { appliance }, path) => {
    const before = inRegion(appliance, (region) => region.live().policyGeneration);
    for (const { what, bytes, answer } of [...nonsense(), ...noise(new Random(7))]) {
      const said = await say(path, bytes);
      t.is(said.length, answer === "" ? 0 : answerBytes, what);
      t.is(said.toString("latin1", 12).replace(/\0+$/, ""), answer, what);
    }
    t.is(
      inRegion(appliance, (region) => region.live().policyGeneration),
      before,
    );
  }),
);

test(
  "a policy with one byte changed is refused with a reason, or is another policy",
  underAttack(async (t, { appliance }, path) => {
    const random = new Random(8);
    const generation = () => inRegion(appliance, (region) => region.live().policyGeneration);
    const outcomes = { ok: 0, invalid: 0 };
    t.is((await give(path, policy)).status, "ok");
    for (const at of policy.keys()) {
      // A link that is cut off on purpose loses packets.
      if (at >= linkModes.from && at < linkModes.to) continue;
      const before = generation();
      const changed = Uint8Array.from(policy);
      changed[at] = (policy[at] ?? 0) ^ random.from(1, 255);
      const { status, text } = await give(path, changed);
      if (status !== "ok" && status !== "invalid") throw new Error(`byte ${at}: answered ${status}`);
      outcomes[status]++;
      t.is(text !== "", status === "invalid", `byte ${at}: ${text}`);
      t.is(generation(), before + (status === "ok" ? 1 : 0), `byte ${at}`);
      if (status === "ok") t.is((await give(path, policy)).status, "ok");
    }
    t.log(`of ${policy.length} bytes ${outcomes.invalid} were refused, ${outcomes.ok} made another policy`);
    t.true(outcomes.invalid > policy.length / 2 && outcomes.ok > 0);
  }),
);

/** Offsets in struct control_sample (dataplane/fastpath/control_protocol.h), and what one who sends such a value is told. */
const impossibleOrders: readonly (readonly [offset: number, bytes: 1 | 4, value: number, text: string])[] = [
  [30, 1, 129, "the filter's prefix is longer than an address"],
  [0, 1, 1, "the filter's address has bits behind its prefix"],
  [36, 4, 600_001, "it asks for more than 10 minutes of samples"],
  [40, 4, 0, "it asks for an impossible rate of samples"],
  [40, 4, 2001, "it asks for an impossible rate of samples"],
  [44, 4, 0, "it asks for an impossible length of samples"],
  [44, 4, 1993, "it asks for an impossible length of samples"],
  [48, 4, 2, "it asks for samples of a channel that there is not"],
];

test(
  "an impossible order to sample is refused with a reason, and nothing is sampled",
  underAttack(async (t, { appliance }, path) => {
    const order = orderBytes({ channel: "capture", filter: {}, durationMs: 5000, snapLength: 100 });
    const ask = async (payload: Uint8Array) => (await sendBatch(path, [{ kind: "sample", payload }], 5000))[0];
    for (const [offset, bytes, value, text] of impossibleOrders) {
      const payload = Buffer.from(order);
      payload.writeUIntLE(value, offset, bytes);
      t.like(await ask(payload), { status: "invalid", text });
    }
    for (const length of [0, 304, 312]) {
      const text = "it has another length than an order to sample";
      t.like(await ask(Buffer.alloc(length)), { status: "invalid", text });
    }
    const untilMs = () => inRegion(appliance, (region) => region.live().samplingUntilMs);
    t.is(untilMs(), 0);
    t.like(await ask(order), { status: "ok" });
    t.true(untilMs() > 0);
    t.like(await ask(orderBytes({ channel: "capture", filter: {}, durationMs: 0, snapLength: 1 })), { status: "ok" });
    t.is(untilMs(), 0);
  }),
);

test(
  "clients who never finish their batch keep nobody out",
  underAttack(async (t, _, path) => {
    const sockets: Socket[] = [];
    for (let n = 0; n < 8; n++) {
      const socket = connect(path).on("error", () => {});
      await once(socket, "connect");
      // Some do not even begin.
      if (n % 2 === 0) socket.write(policyBatch(policy).subarray(0, 100));
      sockets.push(socket);
    }
    t.is((await give(path, policy)).status, "ok");
    for (const socket of sockets) socket.destroy();
  }),
);
