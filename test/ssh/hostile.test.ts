// Clients that break the rules, at every stage of a connection: whoever works meanwhile notices nothing, and the daemon has no fault.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";
import fc from "fast-check";
import { until } from "../daemon/parts.ts";
import { box } from "./box.ts";
import {
  bareConnection,
  ended,
  IDENT,
  kexInit,
  message,
  plainPacket,
  sendMessage,
  socketOf,
  unknownClient,
} from "./hostile.ts";
import { ABUSER, goesOn, whileWorking } from "./working.ts";

const exec = promisify(execFile);

/** Who may be there without having logged in (mgmt/ssh/admission.ts). */
const STRANGERS_MAX = 128;

test.serial("ssh-keyscan finds the keys of both kinds and no other", async (t) => {
  const { port } = await box(t);
  const scan = await exec("ssh-keyscan", ["-T", "30", "-p", `${port}`, "-t", "ed25519,rsa,ecdsa", "127.0.0.1"]);
  const kinds = scan.stdout.match(/ssh-\w+|ecdsa\S+/g) ?? [];
  t.deepEqual(kinds.toSorted(), ["ssh-ed25519", "ssh-rsa"]);
});

test.serial("a thousand connections that say nothing keep nobody out, and most are let go at once", async (t) => {
  const one = await box(t);
  const open = new Set<unknown>();
  await whileWorking(t, one, async () => {
    for (let index = 0; index < 1000; index++) {
      const socket = await bareConnection(t, one.port, `127.0.${100 + (index % 10)}.1`);
      open.add(socket);
      socket.resume().once("close", () => open.delete(socket));
    }
    await until("those beyond the bound are gone", () => open.size <= STRANGERS_MAX);
  });
  t.true(open.size > 0);
  await goesOn(t, one);
});

/** What is said before the garbage, by the stage that it is said in. */
const stages: Readonly<Record<string, readonly Buffer[]>> = {
  "before it says what it is": [],
  "after it said what it is": [Buffer.from(IDENT)],
  "within its offer of algorithms": [Buffer.from(IDENT), plainPacket(kexInit()).subarray(0, 50)],
  "in place of its half of the keys": [Buffer.from(IDENT), plainPacket(kexInit())],
  "after a wrong half of the keys": [
    Buffer.from(IDENT),
    plainPacket(kexInit()),
    plainPacket(message("kexDhInit", "not a point of the curve")),
  ],
};

const garbage = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => plainPacket(Buffer.from(bytes))),
);

for (const [stage, before] of Object.entries(stages)) {
  test.serial(`garbage ${stage} concerns that connection alone`, async (t) => {
    const one = await box(t);
    const property = fc.asyncProperty(garbage, async (bytes) => {
      const socket = await bareConnection(t, one.port, ABUSER);
      for (const piece of before) socket.write(piece);
      socket.end(bytes);
      await ended(socket);
    });
    await whileWorking(t, one, () => fc.assert(property, { numRuns: 20 }));
    await goesOn(t, one);
  });
}

test.serial("garbage once there are keys concerns that connection alone", async (t) => {
  const one = await box(t);
  const property = fc.asyncProperty(garbage, fc.boolean(), async (bytes, isMessage) => {
    const client = await unknownClient(t, one.port, ABUSER);
    const socket = socketOf(client);
    if (isMessage) sendMessage(client, bytes);
    else socket.write(bytes);
    socket.end();
    await ended(socket);
  });
  await whileWorking(t, one, () => fc.assert(property, { numRuns: 20 }));
  await goesOn(t, one);
});

test.serial("random messages of somebody who is logged in end at most his own connection", async (t) => {
  const one = await box(t);
  const kinds = fc.constantFrom(50, 61, 80, 81, 82, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 20, 2, 3, 4, 1, 7);
  const payload = fc
    .tuple(kinds, fc.uint8Array({ maxLength: 60 }))
    .map(([kind, bytes]) => Buffer.from([kind, ...bytes]));
  const property = fc.asyncProperty(fc.array(payload, { minLength: 1, maxLength: 5 }), async (payloads) => {
    const client = await one.client(15, { localAddress: ABUSER });
    const socket = socketOf(client);
    for (const each of payloads) sendMessage(client, each);
    socket.end();
    await ended(socket);
  });
  await whileWorking(t, one, () => fc.assert(property, { numRuns: 20 }));
  await goesOn(t, one);
});

for (const [stage, pieces] of Object.entries(stages)) {
  for (const way of ["ends", "is cut"] as const) {
    test.serial(`a connection that ${way} ${stage} leaves nothing`, async (t) => {
      const one = await box(t);
      for (let time = 0; time < 10; time++) {
        const socket = await bareConnection(t, one.port, ABUSER);
        for (const piece of pieces) socket.write(piece);
        if (way === "ends") socket.end();
        else socket.resetAndDestroy();
        await ended(socket);
      }
      await goesOn(t, one);
    });
  }
}

const floods: Readonly<Record<string, readonly Buffer[]>> = {
  "a line without end": Array.from({ length: 64 }, () => Buffer.alloc(16_384, "x")),
  "lines without end": Array.from({ length: 64 }, () => Buffer.from("SSH-1.0-old\n".repeat(1000))),
  "offers one after the other": [
    Buffer.from(IDENT),
    ...Array.from({ length: 64 }, () => plainPacket(kexInit({ languages: "x,".repeat(8000) }))),
  ],
  "an offer of algorithms that nobody has": [Buffer.from(IDENT), plainPacket(kexInit({ kex: "a,".repeat(15_000) }))],
  "a packet of four gigabytes": [Buffer.from(IDENT), Buffer.alloc(65_536, 0xff)],
};

for (const [what, pieces] of Object.entries(floods)) {
  test.serial(`${what} ends that connection alone`, async (t) => {
    const one = await box(t);
    await whileWorking(t, one, async () => {
      for (let time = 0; time < 10; time++) {
        const socket = await bareConnection(t, one.port, ABUSER);
        for (const piece of pieces) socket.write(piece);
        await ended(socket);
      }
    });
    await goesOn(t, one);
  });
}
