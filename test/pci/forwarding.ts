// What is checked of a link of two cards: every frame passes as it is, and the quota is kept, also by the process that takes
// over from one that was killed.
import { configurationText } from "../../lab/configuration.ts";
import { exchangers, homes, zombie } from "../../lab/plan.ts";
import type { Check } from "../../lab/scenario.ts";
import { policyOf } from "../core/policies.ts";
import { macBytes, u16, u32 } from "../frames/bytes.ts";
import { etherTypes } from "../frames/ethernet.ts";
import { doubleTagged, oddFrames } from "../frames/odd.ts";
import { openingFrame } from "../lab/frames.ts";
import type { FastPath } from "./fastpath.ts";
import { asReceived, Passage } from "./passage.ts";

/** No run outlasts the period. */
const quota = { sessions: 10, periodSeconds: 600 };
const floodedSessions = 100;
const manyFrames = 2000;

const smtp = 25;
const web = 80;

/** Checks a started fast path, one thing after the other; its link ends as it began, but for one process. */
export async function* checkForwarding(fastPath: FastPath): AsyncGenerator<Check> {
  const [subscribers, network] = fastPath.cards;
  const up = new Passage(subscribers, network);
  const down = new Passage(network, subscribers);
  yield await checkBinding(fastPath);
  await Promise.all([up.open(), down.open()]);
  for (const passage of [up, down]) {
    yield await checkOdd(passage);
    yield await checkMany(passage);
  }
  await fastPath.givePolicy(policyOf(configurationText(quota)).policy);
  yield await checkQuota(up);
  yield await checkOthers(up);
  await fastPath.replaceProcess();
  await Promise.all([up.open(), down.open()]);
  yield await checkTakenOver(up);
  yield await checkOdd(down);
}

const way = ({ from, to }: Passage) => `${from.model} ${from.address} to ${to.model} ${to.address}`;

async function checkBinding(fastPath: FastPath): Promise<Check> {
  const drivers = await fastPath.boundTo();
  const bound = fastPath.cards.map(({ model, address }, n) => `${model} ${address} to ${drivers[n]}`);
  return { passed: drivers.every((driver) => driver === fastPath.driver), text: `bound: ${bound.join(", ")}` };
}

async function checkOdd(passage: Passage): Promise<Check> {
  const { from, to } = passage;
  const frames = [...oddFrames(from, to), doubleTagged(from, to, 1522)];
  const sent = frames.map(({ bytes }) => asReceived(bytes, from));
  const arrived = await passage.carry(frames.map(({ bytes }) => bytes));
  const changed = frames.filter((_, n) => !arrived[n]?.equals(sent[n] ?? Buffer.alloc(0))).map(({ name }) => name);
  const list = changed.length === 0 ? "" : `; not so: ${changed.join(", ")}`;
  return {
    passed: changed.length === 0 && arrived.length === frames.length,
    text: `${way(passage)}: ${arrived.length} of ${frames.length} kinds of frames came out, byte for byte and in order${list}`,
  };
}

async function checkMany(passage: Passage): Promise<Check> {
  const { from, to } = passage;
  const header = [...macBytes(to.mac), ...macBytes(from.mac), ...u16(etherTypes.ipv4)];
  const frames = Array.from({ length: manyFrames }, (_, n) =>
    Buffer.from([...header, ...u32(n), ...Array(1000).fill(n)]),
  );
  const began = performance.now();
  const arrived = await passage.carry(frames);
  const milliseconds = performance.now() - began;
  const same = frames.filter((frame, n) => arrived[n]?.equals(frame)).length;
  return {
    passed: same === manyFrames && arrived.length === manyFrames,
    text: `${way(passage)}: ${same} of ${manyFrames} long frames came out, in order, in ${(milliseconds / 1000).toFixed(1)} s`,
  };
}

/** How many of `count` SYNs from `source` came out. */
async function opened(
  passage: Passage,
  source: string,
  targetPort: number,
  count: number,
  firstPort: number,
): Promise<number> {
  const target = exchangers[0].ipv4;
  const openings = Array.from({ length: count }, (_, n) => ({
    ...{ source, target, targetPort, sourcePort: firstPort + n, sequence: firstPort + n },
  }));
  return (await passage.carry(openings.map((opening) => openingFrame(passage.from, passage.to, opening)))).length;
}

async function checkQuota(up: Passage): Promise<Check> {
  const passed = await opened(up, zombie.ipv4, smtp, floodedSessions, 20_000);
  return {
    passed: passed === quota.sessions,
    text: `of a flood of ${floodedSessions} SYNs to port ${smtp} ${passed} came out (${quota.sessions} wanted)`,
  };
}

async function checkOthers(up: Passage): Promise<Check> {
  const pages = await opened(up, zombie.ipv4, web, quota.sessions, 30_000);
  const mails = await opened(up, homes[0].ipv4, smtp, quota.sessions, 30_000);
  return {
    passed: pages === quota.sessions && mails === quota.sessions,
    text: `meanwhile ${pages} of ${quota.sessions} SYNs of the same subscriber to port ${web} and ${mails} of ${quota.sessions} of another one's to port ${smtp} came out`,
  };
}

async function checkTakenOver(up: Passage): Promise<Check> {
  const mails = await opened(up, zombie.ipv4, smtp, floodedSessions, 40_000);
  const pages = await opened(up, zombie.ipv4, web, quota.sessions, 40_000);
  return {
    passed: mails === 0 && pages === quota.sessions,
    text: `another process took the cards over from one that was killed: ${mails} of ${floodedSessions} more SYNs of the blocked subscriber to port ${smtp} came out, ${pages} of ${quota.sessions} to port ${web}`,
  };
}
