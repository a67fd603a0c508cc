// Fuzz target: frames with DHCP's messages in them. What comes out is made of parts of what went in, of possible lengths.
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { readDatagram } from "../../mgmt/dhcp/datagram.ts";
import { readReply4 } from "../../mgmt/dhcp/dhcpv4.ts";
import { readReply6 } from "../../mgmt/dhcp/dhcpv6.ts";
import * as dhcp from "../dhcp/messages.ts";
import { mutated } from "./mutated.ts";
import type { DecoderTarget } from "./target.ts";

const client = dhcp.duid("020000000007");
const messages = [
  dhcp.ack4({ address: "10.0.0.7", clientId: client, giaddr: "10.0.0.1", circuitId: "line 7", remoteId: "home 7" }),
  dhcp.message4({
    options: dhcp.options4([52, 3], [53, 5], [51, dhcp.seconds(60)]),
    ...{ file: dhcp.options4([61, client]), sname: dhcp.END },
  }),
  dhcp.relayed(dhcp.message6(7, [1, client], dhcp.association(3, dhcp.iaaddr("2001:db8::7", 60, dhcp.status(0)))), {
    remoteId: "home 7",
  }),
  dhcp.message6(7, [1, client], dhcp.association(25, dhcp.iaprefix("2001:db8:30::/56", 60))),
];
const way4 = { from: "192.0.2.53", to: "10.0.0.7", sourcePort: 67, destinationPort: 68 };
const way6 = { from: "fe80::1", to: "fe80::7", sourcePort: 547, destinationPort: 546, tags: [100, 7] };
const frames = messages.map((message, index) => dhcp.frame(message, index < 2 ? way4 : way6));

export const dhcpTarget: DecoderTarget = {
  inputs: fc.oneof(
    mutated(fc.constantFrom(...messages, ...frames)),
    fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
  ),
  check(bytes) {
    const datagram = readDatagram(bytes);
    if (datagram) {
      assert([4, 16].includes(datagram.source.length));
      assert(datagram.payload.length <= bytes.length - 28);
    }
    for (const message of [bytes, ...(datagram ? [datagram.payload] : [])]) {
      checkReply4(message);
      checkReply6(message);
    }
  },
};

function checkReply4(bytes: Buffer): void {
  const reply = readReply4(bytes);
  if (typeof reply !== "object") return;
  assert.equal(reply.address.length, 4);
  assert(reply.hardwareAddress.length <= 16);
  for (const part of [reply.relayAddress, reply.clientId, reply.circuitId, reply.remoteId])
    assert(!part || part.length <= bytes.length);
}

function checkReply6(bytes: Buffer): void {
  const reply = readReply6(bytes);
  if (typeof reply !== "object") return;
  for (const part of [reply.linkAddress, reply.clientId, reply.interfaceId, reply.remoteId])
    assert(!part || part.length <= bytes.length);
  for (const binding of reply.bindings) {
    assert.equal(binding.bytes.length, 16);
    assert(binding.length <= 128 && binding.seconds <= 0xffff_ffff);
  }
}
