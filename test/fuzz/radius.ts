// Fuzz target: Accounting-Requests. They tell something or nothing, never more than was said, and what they tell is possible.
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { vendorValuesOf } from "../../mgmt/radius/attributes.ts";
import { toldBy } from "../../mgmt/radius/listener/request.ts";
import { decode, encode, type Packet } from "../../mgmt/radius/packet.ts";
import { mappingText } from "../../mgmt/subscribers/mapping.ts";
import { client, login, packages, request, statuses } from "../radius/listener/parts.ts";
import { mutated } from "./mutated.ts";
import type { DecoderTarget } from "./target.ts";

const AT = Date.UTC(2026, 10, 22, 12);

/** Those that are looked at, and one that is not. */
const types = fc.constantFrom(1, 4, 8, 9, 11, 25, 26, 31, 32, 40, 41, 44, 55, 95, 97, 123, 168);
const MAPPING_TYPES = [8, 97, 123, 168];
const lengths = fc.constantFrom(0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 18, 19, 253);
const value = lengths
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
  .map((bytes) => Buffer.from(bytes));
const attributes = fc.array(fc.record({ type: types, value }), { maxLength: 12 });
const status = fc.constantFrom(...Object.values(statuses), 0, 99);
const requests = fc
  .tuple(status, attributes, fc.boolean())
  .map(([kind, more, isLogin]) => encode(request(kind, [...(isLogin ? login() : []), ...more])));

/** Of what is wrong with a request, what does not keep it from telling something. */
const bearable: readonly string[] = ["impossible-address", "unknown-package"];

export const radiusTarget: DecoderTarget = {
  inputs: fc.oneof(
    fc.uint8Array({ maxLength: 4096 }).map((bytes) => Buffer.from(bytes)),
    requests,
    mutated(requests),
  ),
  check(bytes) {
    const packet = decode(bytes);
    if (!packet) return;
    vendorValuesOf(packet.attributes, { vendor: 9, type: 250 });
    for (const packageAttribute of ["class", "filter-id", "9.250"]) checkTold(packet, packageAttribute);
  },
};

function checkTold(packet: Packet, packageAttribute: string): void {
  const circumstances = { client: client({ packageAttribute }), packages, receivedAt: AT };
  const { event, nas, troubles } = toldBy(packet, circumstances);
  assert(nas.length > 0);
  assert.equal(
    event === undefined,
    troubles.some((each) => !bearable.includes(each)),
  );
  if (event?.kind !== "login") return;
  assert(event.at >= 0 && event.at <= AT);
  assert(event.session.id.length > 0 && event.name.length > 0);
  assert(event.mappings.length <= packet.attributes.filter(({ type }) => MAPPING_TYPES.includes(type)).length);
  for (const { key } of event.mappings) assert.doesNotMatch(mappingText(key), /^(VLAN|::ffff:)/);
}
