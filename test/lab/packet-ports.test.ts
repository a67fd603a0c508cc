// Ports on interfaces that stay the kernel's (packet:), here the other ends of veths: what passes as it is, and what the kernel and
// DPDK's driver change. docs/frames.md has the list that this proves.
import test from "ava";
import { setOffloads } from "../../lab/edge.ts";
import { homes, zombie } from "../../lab/plan.ts";
import { run, until } from "../../lab/process.ts";
import { macBytes, pattern, u16 } from "../frames/bytes.ts";
import { etherTypes } from "../frames/ethernet.ts";
import { udpDatagram } from "../frames/ip.ts";
import { doubleTagged, type NamedFrame, oddFrames } from "../frames/odd.ts";
import { fragment } from "../frames/packings.ts";
import { carry, type Direction, directions, setMtu } from "./carry.ts";
import { linkStatus } from "./conserved.ts";
import { openFrames } from "./frames.ts";
import { withLab } from "./in-lab.ts";
import { fastPathProgram } from "./programs.ts";
import { assertBlocked, breach, shortQuota } from "./zombie.ts";

const ports = { subscriber: "packet", network: "packet" } as const;
const [home] = homes;

for (const workers of [1, 2]) {
  test(
    `real clients are served through packet: ports and the quota holds, workers: ${workers}`,
    withLab({ ports, quota: shortQuota, size: { workers } }, async (t, lab) => {
      await breach(t, lab);
      await assertBlocked(t, lab);
      t.true(await lab.traffic.fetchPage(home, "ipv4"));
      t.true(await lab.traffic.fetchPage(zombie, "ipv6"));
    }),
  );
}

const outerType = 12;

test(
  "of the frames of every kind only an outer 88a8 is changed, to 8100",
  withLab({ ports }, async (t, lab) => {
    await lab.watch();
    for (const direction of directions(lab)) {
      const frames = oddFrames(direction.from, direction.to);
      const isService = ({ bytes }: NamedFrame) => bytes.readUInt16BE(outerType) === etherTypes.serviceTag;
      const changed = frames.filter(isService).map(({ name, bytes }) => {
        const rewritten = Buffer.from(bytes);
        rewritten.writeUInt16BE(etherTypes.customerTag, outerType);
        return { name, bytes: rewritten.toString("hex") };
      });
      t.true(changed.length >= 4);
      t.deepEqual(
        await carry(lab, direction, frames),
        frames.filter((frame) => !isService(frame)).map(({ name }) => name),
        direction.name,
      );
      const seen = (await direction.arrival.framesFrom(direction.from, lab.watchedSince)).map(({ bytes }) =>
        bytes.toString("hex"),
      );
      t.deepEqual(
        changed.filter(({ bytes }) => !seen.includes(bytes)).map(({ name }) => name),
        [],
        direction.name,
      );
    }
  }),
);

const datagramId = 0x3094;
const datagram = udpDatagram(
  { source: "10.30.94.201", sourcePort: 4000, target: "198.51.100.99", targetPort: 9 },
  pattern(40),
);

/** The datagram in two fragments, the first with 16 bytes. */
function fragments({ from, to }: Direction): Buffer[] {
  const pieces = [
    { offset: 0, length: 16 },
    { offset: 16, length: 32 },
  ];
  const ethernet = [...macBytes(to.mac), ...macBytes(from.mac), ...u16(etherTypes.ipv4)];
  return pieces.map((piece) => Buffer.from([...ethernet, ...fragment(datagram, piece, datagramId)]));
}

test(
  "the fragments of an IPv4 datagram come out as one packet: the kernel reassembles them",
  withLab({ ports }, async (t, lab) => {
    await lab.watch();
    const [up] = directions(lab) as [Direction];
    const send = await openFrames(up.from);
    for (const fragment of fragments(up)) t.is(await send(fragment), "sent");
    const whole = async () =>
      (await up.arrival.framesFrom(up.from, lab.watchedSince)).filter(
        ({ bytes }) => bytes.readUInt16BE(18) === datagramId,
      );
    await until("the datagram came out", async () => (await whole()).length > 0);
    t.deepEqual(
      (await whole()).map(({ bytes }) => [bytes.length, bytes.readUInt16BE(20)]),
      [[14 + 20 + 48, 0]],
    );
  }),
);

test(
  "checksums and segments that a sender left to an offload come out unfinished, until ethtool switches that off",
  withLab({ ports }, async (t, lab) => {
    const { edge, traffic } = lab;
    const sides = [edge.subscriberSide, edge.networkSide];
    t.true(await traffic.fetchPage(home, "ipv4"));
    await lab.watch();
    for (const side of sides) await setOffloads(side, "on");
    t.false(await traffic.fetchPage(home, "ipv4", 1));
    const bad = `ip.src == ${home.ipv4} && tcp.checksum.status == "Bad"`;
    const seen = await run(["tshark", "-n", "-r", lab.far.file, "-o", "tcp.check_checksum:TRUE", "-Y", bad]);
    t.not(seen.trim(), "");
    for (const side of sides) await setOffloads(side, "off");
    t.true(await traffic.fetchPage(home, "ipv4"));
  }),
);

test(
  "a frame longer than the other port carries is dropped, counted, and holds up no other",
  withLab({ ports: { subscriber: "tap", network: "packet" } }, async (t, lab) => {
    await lab.watch();
    await setMtu(lab, 9216);
    const [up] = directions(lab) as [Direction];
    const plain = oddFrames(up.from, up.to)[0] as NamedFrame;
    // A payload of 1,500 bytes with one tag passes: it is among the odd frames.
    const tooLong = [1519, 2048, 2049, 9014].map((length) => doubleTagged(up.from, up.to, length));
    const names = await carry(lab, up, [...tooLong.flatMap((frame) => [frame, plain]), ...oddFrames(up.from, up.to)]);
    t.false(names.some((name) => tooLong.some((frame) => frame.name === name)));
    t.is(names.length, tooLong.length + oddFrames(up.from, up.to).length);
    t.is((await linkStatus(lab)).subscriber.dropped.oversize, tooLong.length);
  }),
);

test(
  "a frame that came cut, because it is longer than the driver's buffers, does not go on",
  withLab({ ports: { subscriber: "packet", network: "tap" } }, async (t, lab) => {
    await lab.watch();
    await setMtu(lab, 9216);
    await lab.site.box.ip(["link set dev sub0 mtu 9216"]);
    const [up] = directions(lab) as [Direction];
    const plain = oddFrames(up.from, up.to)[0] as NamedFrame;
    const names = await carry(
      lab,
      up,
      [1982, 1983, 3000, 9014].map((n) => doubleTagged(up.from, up.to, n)).concat(plain),
    );
    t.deepEqual(names, [plain.name]);
    await until("4 missed frames are told", async () => (await linkStatus(lab)).subscriber.missed === 4);
    const odd = (await up.arrival.framesFrom(up.from, lab.watchedSince)).filter(({ bytes }) => bytes.length > 1000);
    t.deepEqual(odd, []);
  }),
);

test(
  "an interface whose MTU is longer than the driver's buffers is refused in one sentence",
  withLab({}, async (t, { site }) => {
    await site.box.ip(["link add dev wide type veth peer name other", "link set dev wide mtu 1956"]);
    const { status, stderr } = await site.box.attempt([
      ...[fastPathProgram, "--no-huge", "--run-dir", `${site.directory}/run-2`],
      ...["--link", "packet:wide,packet:other"],
    ]);
    t.is(status, 1);
    t.regex(stderr, /^postern-fastpath: the interface of port packet:wide has an MTU of 1956, and [^\n]*\n$/);
  }),
);
