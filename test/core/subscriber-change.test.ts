import test from "ava";
import fc from "fast-check";
import {
  CHANGE_BYTES,
  ChangeWriter,
  changesOf,
  keyParts,
  prefixKey,
  subscriberOrders,
  type Tags,
  tagsKey,
} from "../../mgmt/engine/subscriber_change.ts";
import { addressOfName, nameIdOf } from "../../mgmt/subscribers/name-address.ts";

const vlan = fc.integer({ min: 1, max: 4094 });
const tags: fc.Arbitrary<Tags> = fc.oneof(fc.record({ outer: vlan }), fc.record({ outer: vlan, inner: vlan }));
const address = fc.uint8Array({ minLength: 16, maxLength: 16 });

test("a name's address is its own, and no other address is a name's", (t) => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (id) => nameIdOf(addressOfName(id)) === id));
  t.is(addressOfName(42), "100::2a");
  t.is(addressOfName(0x12345), "100::1:2345");
  for (const other of ["100::", "100::1:2:3", "100:1::2", "10.0.0.1", "2001:db8::1"]) t.is(nameIdOf(other), undefined);
});

test("a mapping's key says what it was made of", (t) => {
  fc.assert(
    fc.property(
      address,
      fc.integer({ min: 1, max: 128 }),
      fc.option(tags, { nil: undefined }),
      (bytes, length, tags) => {
        t.deepEqual(keyParts(prefixKey(6, bytes, length, tags)), { address: bytes, length, tags });
      },
    ),
  );
  fc.assert(
    fc.property(tags, (tags) => {
      t.deepEqual(keyParts(tagsKey(tags)), { address: null, length: 0, tags });
    }),
  );
});

test("a tag alone, a tag with an address in it, and an address in whatever tags have different keys", (t) => {
  const hosts = [undefined, { outer: 100 }, { outer: 100, inner: 7 }].map((tags) =>
    prefixKey(4, Uint8Array.of(10, 1, 2, 3), 32, tags),
  );
  const keys = [...hosts, tagsKey({ outer: 100 }), tagsKey({ outer: 100, inner: 7 })];
  t.is(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size, keys.length);
});

test("changes are read as they were written, however many", (t) => {
  const key = prefixKey(4, Uint8Array.of(10, 1, 2, 3), 32);
  const writer = new ChangeWriter(2);
  writer.name(7, 255);
  writer.map(7, key);
  writer.unmap(7, key);
  writer.forget(0xffff_ffff);
  t.is(writer.count, 4);
  const bytes = writer.take();
  t.is(bytes.length, 4 * CHANGE_BYTES);
  const hex = Buffer.from(key).toString("hex");
  const none = "00".repeat(21);
  t.deepEqual(changesOf(bytes), [
    { kind: "name", id: 7, package: 255, key: none },
    { kind: "map", id: 7, package: 0, key: hex },
    { kind: "unmap", id: 7, package: 0, key: hex },
    { kind: "forget", id: 0xffff_ffff, package: 0, key: none },
  ]);
  t.is(writer.count, 0);
});

test("orders of a hundred thousand changes carry them all, in order", (t) => {
  const writer = new ChangeWriter();
  for (let id = 1; id <= 200_001; id++) writer.name(id, 0);
  const orders = [...subscriberOrders(9, writer.take())].map((order) => Buffer.from(order));
  t.deepEqual(
    orders.map((order) => [order.readUInt32LE(0), order.readUInt32LE(4)]),
    [
      [9, 100_000],
      [9, 100_000],
      [9, 1],
    ],
  );
  t.is(changesOf(orders[2]?.subarray(8) ?? new Uint8Array())[0]?.id, 200_001);
});
