// Mappings as text and bytes, and ranges cut into prefixes.

import test from "ava";
import fc from "fast-check";
import { printAddress, readAddress } from "../../cli/grammar/address.ts";
import {
  addressMapping,
  mappingText,
  type NetworkPrefix,
  parseMapping,
  rangePrefixes,
  readMappings,
} from "../../mgmt/subscribers/mapping.ts";
import { isName } from "../../mgmt/subscribers/name.ts";

const hex = (key: Uint8Array | undefined) => key && Buffer.from(key).toString("hex");
const bytesOf = (text: string) => readAddress(text) ?? new Uint8Array();
const textOf = ({ bytes, length }: NetworkPrefix) => `${printAddress(bytes)}/${length}`;

const canonical = [
  ...["10.1.2.3", "10.1.2.0/24", "128.0.0.0/1", "2001:db8:30::/56", "2001:db8::/32", "2001:db8::1"],
  ...["10.1.2.3@100", "10.1.2.3@100.7", "2001:db8:30::/56@4094.4094", "VLAN 100", "VLAN 100.7"],
];

for (const text of canonical) {
  test(`${text} is a mapping, and its text`, (t) => {
    const key = parseMapping(text);
    t.is(key && mappingText(key), text);
  });
}

test("a mapping's bytes are address, length and tags", (t) => {
  const zero = "00".repeat(16);
  const host = `${"00".repeat(10)}ffff0a010203`;
  t.is(hex(parseMapping("10.1.2.3")), `${host}80ffffffff`);
  t.is(hex(parseMapping("10.1.2.3@100")), `${host}8000400600`);
  t.is(hex(parseMapping("10.1.2.3@100.7")), `${host}8007400600`);
  t.is(hex(parseMapping("VLAN 100")), `${zero}00ff4f0600`);
  t.is(hex(parseMapping("VLAN 100.7")), `${zero}0007400600`);
  t.is(hex(parseMapping("2001:db8:30::/56")), `20010db80030${"00".repeat(10)}38ffffffff`);
});

test("the SCE's form and an address with all its bits are read too", (t) => {
  t.is(hex(parseMapping("10.1.2.0:0xffffff00")), hex(parseMapping("10.1.2.0/24")));
  t.is(hex(parseMapping("10.1.2.3/32")), hex(parseMapping("10.1.2.3")));
  t.is(hex(parseMapping("vlan 100")), hex(parseMapping("VLAN 100")));
});

const refused = {
  "10.1.1.1/24": "10.1.1.1/24 has host bits set: the network is 10.1.1.0/24.",
  "0.0.0.0/0": "A prefix has 1 to 32 bits of IPv4, or 32 to 128 of IPv6.",
  "2001::/31": "A prefix has 1 to 32 bits of IPv4, or 32 to 128 of IPv6.",
  "::/64": "IPv4 addresses are written as such.",
  "::fffe:0:0/95": "IPv4 addresses are written as such.",
  "100::5": "No packet may have an address of 100::/64.",
  "10.1.2.9-10.1.2.3": "A range begins with its lowest address.",
  "VLAN 4095": "A VLAN is a number from 1 to 4094.",
  "10.1.2.3@0": "A VLAN is a number from 1 to 4094.",
};

for (const [text, refusal] of Object.entries(refused)) {
  test(`${text} is refused: ${refusal}`, (t) => {
    t.deepEqual(readMappings(text), { refusal });
  });
}

for (const text of [
  "",
  "x",
  "10.1.2",
  "10.1.2.3@",
  "10.1.2.3@x",
  "10.1.2.3-2001::",
  "1.2.3.4-1.2.3.5-1.2.3.6",
  "VLAN",
  "VLAN x",
]) {
  test(`"${text}" is no mapping`, (t) => {
    t.is(readMappings(text), undefined);
  });
}

test("a range is cut into prefixes, each a mapping", (t) => {
  const reading = readMappings("10.1.2.3-10.1.2.9@100");
  const texts = reading && "value" in reading ? reading.value.map(mappingText) : [];
  t.deepEqual(texts, ["10.1.2.3@100", "10.1.2.4/30@100", "10.1.2.8/31@100"]);
  t.is(parseMapping("10.1.2.3-10.1.2.9"), undefined);
});

test("the widest ranges are one prefix", (t) => {
  t.deepEqual(rangePrefixes(bytesOf("0.0.0.0"), bytesOf("255.255.255.255")).map(textOf), ["0.0.0.0/0"]);
  const last = `ffff${":ffff".repeat(7)}`;
  t.deepEqual(rangePrefixes(bytesOf("::"), bytesOf(last)).map(textOf), ["::/0"]);
  t.is(rangePrefixes(bytesOf("0.0.0.1"), bytesOf("255.255.255.254")).length, 62);
});

test("whatever can be mapped reads back from its text", (t) => {
  const prefix = fc.oneof(
    fc.record({ bytes: fc.uint8Array({ minLength: 4, maxLength: 4 }), length: fc.integer({ min: 1, max: 32 }) }),
    fc.record({ bytes: fc.uint8Array({ minLength: 16, maxLength: 16 }), length: fc.integer({ min: 32, max: 128 }) }),
  );
  const vlan = fc.integer({ min: 1, max: 4094 });
  const tags = fc.oneof(fc.constant(undefined), fc.record({ outer: vlan }), fc.record({ outer: vlan, inner: vlan }));
  fc.assert(
    fc.property(prefix, tags, ({ bytes, length }, tags) => {
      const key = addressMapping(withoutHostBits({ bytes, length }), tags);
      return key === undefined || hex(parseMapping(mappingText(key))) === hex(key);
    }),
  );
  t.pass();
});

test("the prefixes of a range are its addresses, each once and in order", (t) => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffff_ffff }), fc.nat({ max: 0xffff_ffff }), (a, b) => {
      const [first, last] = [Math.min(a, b), Math.max(a, b)];
      let next = first;
      for (const { bytes, length } of rangePrefixes(ipv4(first), ipv4(last))) {
        const start = Buffer.from(bytes).readUInt32BE();
        const size = 2 ** (32 - length);
        if (start !== next || start % size !== 0) return false;
        next = start + size;
      }
      return next === last + 1;
    }),
  );
  t.pass();
});

test("a name has 1 to 64 printable ASCII characters, none of them a quote", (t) => {
  for (const name of ["a", "alice@isp.example", "00:11:22:33:44:55", "a b", "x".repeat(64), "~", "(a)"])
    t.true(isName(name), name);
  for (const name of ["", "x".repeat(65), 'a"b', "a'b", "a`b", "a\n", "\u00e4", "a\tb"]) t.false(isName(name), name);
});

function withoutHostBits({ bytes, length }: NetworkPrefix): NetworkPrefix {
  const kept = bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - 8 * index))));
  return { bytes: kept, length };
}

function ipv4(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return Uint8Array.from(bytes);
}
