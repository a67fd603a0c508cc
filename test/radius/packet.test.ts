// RADIUS packets: the examples of RFC 2865, what is written is read, and bytes from anybody.
import { createHash } from "node:crypto";
import test from "ava";
import fc from "fast-check";
import { attribute, PAIR_BYTES_MAX, valuesOf } from "../../mgmt/radius/attributes.ts";
import { codes, decode, encode, type Packet } from "../../mgmt/radius/packet.ts";
import { hidden } from "../../mgmt/radius/password.ts";
import {
  isAuthentic,
  messageAuthenticator,
  NO_AUTHENTICATOR,
  withAuthenticator,
  withMessageAuthenticator,
} from "../../mgmt/radius/signature.ts";
import { revealed } from "./fake-server.ts";

const SECRET = "xyzzy5461";

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

/** RFC 2865 7.1. */
const TELNET_REQUEST = hex(`
  01 00 00 38 0f 40 3f 94 73 97 80 57 bd 83 d5 cb 98 f4 22 7a 01 06 6e 65 6d 6f 02 12 0d be 70 8d
  93 d4 13 ce 31 96 e4 3f 78 2a 0a ee 04 06 c0 a8 01 10 05 06 00 00 00 03`);
const TELNET_ACCEPT = hex(`
  02 00 00 26 86 fe 22 0e 76 24 ba 2a 10 05 f6 bf 9b 55 e0 b2 06 06 00 00 00 01 0f 06 00 00 00 00
  0e 06 c0 a8 01 03`);

/** RFC 2865 7.3: authenticator of the request, and its answer. */
const laterExamples: Readonly<Record<string, readonly [string, string]>> = {
  "Access-Challenge": [
    "f3 a4 7a 1f 6a 6d 76 71 0b 94 7a b9 30 41 a0 39",
    `0b 02 00 4e 36 f3 c8 76 4a e8 c7 11 57 40 3c 0c 71 ff 9c 45 12 30 43 68 61 6c 6c 65 6e 67 65 20 33
     32 37 36 39 34 33 30 2e 20 20 45 6e 74 65 72 20 72 65 73 70 6f 6e 73 65 20 61 74 20 70 72 6f 6d
     70 74 2e 18 0a 33 32 37 36 39 34 33 30`,
  ],
  "Access-Reject": [
    "b1 22 55 6d 42 8a 13 d0 d6 25 38 07 c4 57 ec f0",
    "03 03 00 14 a4 2f 4f ca 45 91 6c 4e 09 c8 34 0f 9e 74 6a a0",
  ],
};

const bytes = (max: number, min = 0) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((array) => Buffer.from(array));
const authenticators = bytes(16, 16);
const secrets = fc.stringMatching(/^[!#-~]{8,64}$/);
const byte = fc.integer({ min: 0, max: 255 });

const packets: fc.Arbitrary<Packet> = fc.record({
  ...{ code: byte, identifier: byte, authenticator: authenticators },
  attributes: fc.array(fc.record({ type: byte.filter((type) => type !== 80), value: bytes(253) }), { maxLength: 15 }),
});

function packetOf(datagram: Buffer): Packet {
  const packet = decode(datagram);
  if (!packet) throw new Error("It is no packet.");
  return packet;
}

test("the Access-Request of RFC 2865 7.1 is read, and its password hidden as there", (t) => {
  const { code, identifier, authenticator, attributes } = packetOf(TELNET_REQUEST);
  t.is(code, codes.accessRequest);
  t.is(identifier, 0);
  t.deepEqual(valuesOf(attributes, "User-Name"), ["nemo"]);
  const [covered] = valuesOf(attributes, "User-Password");
  t.deepEqual(hidden(Buffer.from("arctangent"), SECRET, authenticator), covered);
});

test("the Access-Accept of RFC 2865 7.1 is authentic, and with another secret or any bit changed it is not", (t) => {
  const before = packetOf(TELNET_REQUEST).authenticator;
  const accept = packetOf(TELNET_ACCEPT);
  t.true(isAuthentic(accept, before, SECRET));
  t.deepEqual(valuesOf(accept.attributes, "Service-Type"), [1]);
  t.is(messageAuthenticator(accept, before, SECRET), "missing");
  t.false(isAuthentic(accept, before, "xyzzy5462"));
  for (let bit = 0; bit < 8 * TELNET_ACCEPT.length; bit++) {
    const changed = Buffer.from(TELNET_ACCEPT);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const packet = decode(changed);
    t.false(packet !== undefined && isAuthentic(packet, before, SECRET));
  }
});

for (const [what, [before, answer]] of Object.entries(laterExamples)) {
  test(`the ${what} of RFC 2865 7.3 is authentic`, (t) => {
    t.true(isAuthentic(packetOf(hex(answer)), hex(before), SECRET));
    t.false(isAuthentic(packetOf(hex(answer)), NO_AUTHENTICATOR, SECRET));
  });
}

test("what is written is read, also with padding behind it", (t) => {
  fc.assert(
    fc.property(packets, bytes(64), (packet, padding) => {
      t.deepEqual(decode(Buffer.concat([encode(packet), padding])), packet);
    }),
  );
});

test("bytes from anybody are a packet that is written as they were, or none", (t) => {
  const hostile = fc.oneof(
    bytes(5000),
    fc.tuple(packets, fc.nat(4095), byte).map(([packet, at, value]) => {
      const datagram = encode(packet);
      datagram.writeUInt8(value, at % datagram.length);
      return datagram;
    }),
    fc.tuple(packets, fc.nat(4095)).map(([packet, end]) => encode(packet).subarray(0, end)),
  );
  fc.assert(
    fc.property(hostile, (datagram) => {
      const packet = decode(datagram);
      if (!packet) return;
      const written = encode(packet);
      t.deepEqual(written, datagram.subarray(0, written.length));
      for (const name of ["User-Name", "Service-Type", "Cisco-AVPair", "Message-Authenticator"] as const) {
        t.notThrows(() => valuesOf(packet.attributes, name));
      }
      t.false(isAuthentic(packet, NO_AUTHENTICATOR, SECRET));
      t.not(messageAuthenticator(packet, NO_AUTHENTICATOR, SECRET), "right");
    }),
    { numRuns: 2000 },
  );
});

const damaged: readonly (readonly [string, Buffer])[] = [
  ["a header cut short", TELNET_ACCEPT.subarray(0, 19)],
  ["a length below the header's", hex(`02 00 00 13 ${"00".repeat(16)}`)],
  ["a length beyond the datagram", TELNET_ACCEPT.subarray(0, -1)],
  ["a length beyond 4096", Buffer.concat([hex("02 00 10 01"), Buffer.alloc(4093)])],
  ["an attribute that ends beyond the packet", hex(`02 00 00 17 ${"00".repeat(16)} 06 06 00`)],
  ["an attribute without its length", hex(`02 00 00 15 ${"00".repeat(16)} 06`)],
  ["an attribute shorter than its header", hex(`02 00 00 16 ${"00".repeat(16)} 06 01`)],
];

for (const [what, datagram] of damaged) test(`${what} is no packet`, (t) => t.is(decode(datagram), undefined));

test("a Message-Authenticator stands first, is right with its secret alone, and only if there is one", (t) => {
  fc.assert(
    fc.property(packets, authenticators, secrets, secrets, (packet, before, secret, another) => {
      fc.pre(secret !== another);
      const made = withMessageAuthenticator({ ...packet, authenticator: before }, secret);
      t.is(made.attributes[0]?.type, 80);
      const answer = withAuthenticator(made, secret);
      t.is(messageAuthenticator(answer, before, secret), "right");
      t.is(messageAuthenticator(answer, before, another), "wrong");
      t.is(messageAuthenticator(packet, before, secret), "missing");
      const [own] = made.attributes;
      const twice = own ? { ...made, attributes: [...made.attributes, own] } : made;
      t.is(messageAuthenticator(twice, before, secret), "wrong");
    }),
  );
});

test("an Accounting-Request is authentic as RFC 2866 3 has it", (t) => {
  const request = { code: codes.accountingRequest, identifier: 7, authenticator: NO_AUTHENTICATOR, attributes: [] };
  const made = withAuthenticator(request, SECRET);
  const told = Buffer.concat([hex("04 07 00 14"), Buffer.alloc(16), Buffer.from(SECRET)]);
  t.deepEqual(made.authenticator, createHash("md5").update(told).digest());
  t.true(isAuthentic(made, NO_AUTHENTICATOR, SECRET));
});

test("a hidden password is a multiple of 16 bytes that its secret reveals", (t) => {
  const passwords = bytes(128).filter((password) => password.at(-1) !== 0);
  fc.assert(
    fc.property(passwords, secrets, authenticators, (password, secret, authenticator) => {
      const value = hidden(password, secret, authenticator);
      t.is(value.length, Math.max(16, Math.ceil(password.length / 16) * 16));
      t.deepEqual(revealed(value, secret, authenticator), password);
    }),
  );
});

test("a Cisco-AVPair is read of Cisco alone, and of the length that it says", (t) => {
  const pair = attribute("Cisco-AVPair", "shell:priv-lvl=15");
  t.deepEqual(pair.value.subarray(0, 6), hex("00 00 00 09 01 13"));
  const value = (text: string) => ({ type: 26, value: hex(text) });
  const others = [value("00 00 00 0a 01 03 61"), value("00 00 00 09 02 03 61"), value("00 00 00 09 01 04 61")];
  const empty = [value("00 00 00 09 01 02"), value("00 00 00 09 01 00 61"), value("00 00 00"), value("")];
  t.deepEqual(valuesOf([...others, pair, ...empty], "Cisco-AVPair"), ["shell:priv-lvl=15"]);
  const longest = "x".repeat(PAIR_BYTES_MAX);
  t.deepEqual(valuesOf([attribute("Cisco-AVPair", longest)], "Cisco-AVPair"), [longest]);
});

test("a value of the wrong length is none", (t) => {
  const integers = [hex(""), hex("000001"), hex("0000000006"), hex("00000006")].map((value) => ({ type: 6, value }));
  t.deepEqual(valuesOf(integers, "Service-Type"), [6]);
});

test("what is too long for a packet is not written", (t) => {
  const packet = { code: 1, identifier: 0, authenticator: NO_AUTHENTICATOR };
  const attributes = [attribute("User-Name", "x".repeat(254))];
  t.throws(() => encode({ ...packet, attributes }), { instanceOf: RangeError });
  const many = Array.from({ length: 17 }, () => attribute("User-Name", "x".repeat(253)));
  t.throws(() => encode({ ...packet, attributes: many }), { instanceOf: RangeError });
});
