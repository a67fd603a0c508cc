// What is read of frames and of DHCP's messages; and that nothing else comes out of whatever bytes there may be.

import test from "ava";
import fc from "fast-check";
import { readDatagram } from "../../mgmt/dhcp/datagram.ts";
import { readReply4 } from "../../mgmt/dhcp/dhcpv4.ts";
import { readReply6 } from "../../mgmt/dhcp/dhcpv6.ts";
import { dhcpTarget } from "../fuzz/dhcp.ts";
import {
  ack4,
  association,
  bytesOf,
  duid,
  END,
  frame,
  iaaddr,
  iaprefix,
  message4,
  message6,
  options4,
  options6,
  relayed,
  status,
} from "./messages.ts";

const way4 = { from: "192.0.2.53", to: "10.0.0.7", sourcePort: 67, destinationPort: 68 };
const way6 = { from: "fe80::1", to: "fe80::7", sourcePort: 547, destinationPort: 546 };

test("the payload of UDP is found behind any tags, in both families", (t) => {
  const payload = Buffer.from("what it says");
  for (const tags of [[], [100], [100, 7], [1, 2, 3, 4, 5, 6, 7, 8]]) {
    for (const way of [way4, way6]) {
      const datagram = readDatagram(frame(payload, { ...way, tags }));
      t.deepEqual(datagram, { source: bytesOf(way.from), sourcePort: way.sourcePort, payload });
    }
  }
  t.is(readDatagram(frame(payload, { ...way4, tags: Array(9).fill(1) })), undefined);
});

test("a trailer is not payload, and options of IPv4 are not either", (t) => {
  const payload = Buffer.from("what it says");
  const plain = frame(payload, way4);
  t.deepEqual(readDatagram(Buffer.concat([plain, Buffer.alloc(20)]))?.payload, payload);
  const withOptions = Buffer.concat([plain.subarray(0, 34), Buffer.of(1, 1, 1, 0), plain.subarray(34)]);
  withOptions.writeUInt8(0x46, 14);
  withOptions.writeUInt16BE(plain.length - 14 + 4, 16);
  t.deepEqual(readDatagram(withOptions)?.payload, payload);
});

test("there is no datagram in what is cut, in fragments and in other protocols", (t) => {
  for (const whole of [frame(Buffer.from("what it says"), way4), frame(Buffer.from("what it says"), way6)]) {
    for (let length = 0; length < whole.length; length++) {
      t.is(readDatagram(whole.subarray(0, length)), undefined, `${length} bytes`);
    }
  }
  const changed = (way: typeof way4, at: number, value: number) => {
    const bytes = frame(Buffer.from("what it says"), way);
    bytes.writeUInt8(value, at);
    return readDatagram(bytes);
  };
  t.is(changed(way4, 14 + 6, 0x20), undefined, "more fragments");
  t.is(changed(way4, 14 + 7, 1), undefined, "a later fragment");
  t.truthy(changed(way4, 14 + 6, 0x40), "not to be fragmented");
  t.is(changed(way4, 14 + 9, 6), undefined, "TCP");
  t.is(changed(way4, 14, 0x44), undefined, "a header that is too short");
  t.is(changed(way6, 14 + 6, 44), undefined, "a fragment header");
  t.is(changed(way6, 14, 0x40), undefined, "another version");
});

test("an acknowledgement says who has which address for how long, and what the relay says of his line", (t) => {
  const clientId = Buffer.from("01020000000007", "hex");
  const reply = readReply4(
    ack4({ address: "10.0.0.7", lease: 7200, clientId, giaddr: "10.0.0.1", circuitId: "olt-3 1/1/7", remoteId: "a" }),
  );
  t.deepEqual(reply, {
    isAck: true,
    address: bytesOf("10.0.0.7"),
    hardwareType: 1,
    hardwareAddress: Buffer.from("020000000007", "hex"),
    relayAddress: bytesOf("10.0.0.1"),
    leaseSeconds: 7200,
    clientId,
    circuitId: Buffer.from("olt-3 1/1/7"),
    remoteId: Buffer.from("a"),
  });
  t.like(readReply4(ack4({ address: "10.0.0.7", type: 2 })), { isAck: false, circuitId: undefined });
  t.is(readReply4(message4({ op: 1, options: END })), "other");
});

test("an option in parts is put together, wherever the parts are", (t) => {
  const relay = options4([1, "line 7"], [2, "x".repeat(180)]);
  const overloaded = readReply4(
    message4({
      options: Buffer.concat([options4([52, 3], [53, 5], [82, relay.subarray(0, 40)]), END]),
      file: Buffer.concat([options4([82, relay.subarray(40, 160)]), END]),
      sname: options4([82, relay.subarray(160)]),
    }),
  );
  t.like(overloaded, { circuitId: Buffer.from("line 7"), remoteId: Buffer.from("x".repeat(180)) });
  const notOverloaded = message4({ options: options4([53, 5]), file: options4([82, relay]).subarray(0, 128) });
  t.like(readReply4(notOverloaded), { circuitId: undefined });
});

test("a message with an option that does not fit is none", (t) => {
  const wrong: Record<string, Buffer> = {
    "no message type": message4({ options: END }),
    "a message type of two bytes": message4({ options: options4([53, Buffer.of(5, 5)]) }),
    "a lease time of three bytes": message4({ options: options4([53, 5], [51, Buffer.alloc(3)]) }),
    "an option beyond the end": message4({ options: Buffer.concat([options4([53, 5]), Buffer.of(61, 9, 1)]) }),
    "an option without its length": message4({ options: Buffer.concat([options4([53, 5]), Buffer.of(61)]) }),
    "a suboption beyond its option": message4({ options: options4([53, 5], [82, Buffer.of(1, 9, 1)]) }),
    "an overload of nothing": message4({ options: options4([53, 5], [52, 0]) }),
    "an overload of what there is not": message4({ options: options4([53, 5], [52, 4]) }),
    "a hardware address that is too long": message4({ mac: "00".repeat(17), options: options4([53, 5]) }),
    "no cookie": Buffer.concat([message4({ options: END }).subarray(0, 236), Buffer.alloc(4), options4([53, 5])]),
  };
  for (const [what, bytes] of Object.entries(wrong)) t.is(readReply4(bytes), undefined, what);
});

const client = duid("020000000007");

test("a reply says what addresses and prefixes a client has, through any relays", (t) => {
  const reply = message6(
    7,
    [1, client],
    [2, duid("0200000000ff")],
    association(3, iaaddr("2001:db8::7", 3600)),
    association(25, iaprefix("2001:db8:30::/56", 7200), iaprefix("2001:db8:31::/48", 0)),
  );
  const bindings = [
    { kind: "IAADDR", bytes: bytesOf("2001:db8::7"), length: 128, seconds: 3600 },
    { kind: "IAPREFIX", bytes: bytesOf("2001:db8:30::"), length: 56, seconds: 7200 },
    { kind: "IAPREFIX", bytes: bytesOf("2001:db8:31::"), length: 48, seconds: 0 },
  ];
  const none = { linkAddress: undefined, interfaceId: undefined, remoteId: undefined };
  t.deepEqual(readReply6(reply), { clientId: client, bindings, ...none } as never);
  const near = relayed(reply, { link: "2001:db8::1", interfaceId: "line 7", remoteId: "home 7" });
  const far = relayed(near, { link: "2001:db8::2", interfaceId: "ring 1" });
  const linkAddress = bytesOf("2001:db8::1");
  const line = { linkAddress, interfaceId: Buffer.from("line 7"), remoteId: Buffer.from("home 7") };
  t.deepEqual(readReply6(near), { clientId: client, bindings, ...line } as never);
  t.deepEqual(readReply6(far), { clientId: client, bindings, ...line } as never, "the nearest to the client is heard");
  const plain = relayed(relayed(reply), { interfaceId: "line 7" });
  t.deepEqual((readReply6(plain) as { interfaceId?: Buffer }).interfaceId, Buffer.from("line 7"));
});

test("what a server refused is nobody's", (t) => {
  const refused = [
    message6(7, [1, client], status(2), association(3, iaaddr("2001:db8::7", 3600))),
    message6(7, [1, client], association(3, status(2), iaaddr("2001:db8::7", 3600))),
    message6(7, [1, client], association(3, iaaddr("2001:db8::7", 3600, status(4)))),
  ];
  for (const bytes of refused) t.like(readReply6(bytes), { bindings: [] });
  const granted = message6(
    7,
    [1, client],
    status(0),
    association(3, status(0), iaaddr("2001:db8::7", 3600, status(0))),
  );
  t.like(readReply6(granted), { bindings: { length: 1 } });
});

test("relays are unwrapped to eight, the most there may be", (t) => {
  const wrapped = (count: number) =>
    Array.from({ length: count }).reduce<Buffer>((message) => relayed(message), message6(7, [1, client]));
  t.like(readReply6(wrapped(8)), { clientId: client });
  t.is(readReply6(wrapped(9)), undefined);
});

test("a message with lengths that do not fit is none, and others are not replies", (t) => {
  const wrong: Record<string, Buffer> = {
    nothing: Buffer.alloc(0),
    "no transaction": Buffer.of(7, 1, 2),
    "an option beyond the end": Buffer.concat([message6(7), Buffer.of(0, 1, 0, 9, 1)]),
    "half an option's head": Buffer.concat([message6(7), Buffer.of(0, 1, 0)]),
    "an association without its head": message6(7, [3, Buffer.alloc(11)]),
    "an address that is cut": message6(7, association(3, [5, Buffer.alloc(23)])),
    "a prefix that is cut": message6(7, association(25, [26, Buffer.alloc(24)])),
    "a prefix of 129 bits": message6(7, association(25, iaprefix("2001:db8::/129", 1))),
    "an option inside an address that is cut": message6(
      7,
      association(3, [5, Buffer.concat([Buffer.alloc(24), Buffer.of(0, 13, 0, 9)])]),
    ),
    "a relay without a message": Buffer.concat([Buffer.of(13, 0), Buffer.alloc(32), options6([18, "line 7"])]),
    "a relay that is cut": Buffer.concat([Buffer.of(13, 0), Buffer.alloc(31)]),
    "a remote id without an enterprise": Buffer.concat([
      ...[Buffer.of(13, 0), Buffer.alloc(32)],
      options6([9, message6(7)], [37, Buffer.alloc(3)]),
    ]),
  };
  for (const [what, bytes] of Object.entries(wrong)) t.is(readReply6(bytes), undefined, what);
  for (const type of [1, 2, 3, 10, 12]) t.is(readReply6(message6(type)), "other", `${type}`);
});

test("whatever the bytes of a frame or a message are, a decoder answers, and only with parts of them", (t) => {
  fc.assert(fc.property(dhcpTarget.inputs, dhcpTarget.check), { numRuns: 8000 });
  t.pass();
});
