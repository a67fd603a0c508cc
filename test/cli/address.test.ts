// Addresses as text, against ipaddr.js.
import test from "ava";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { printAddress, readAddress } from "../../cli/grammar/address.ts";

const bytes4 = fc.uint8Array({ minLength: 4, maxLength: 4 });

/** With many zeros: the longest run of them is written as `::`. */
const groups = fc.array(fc.oneof(fc.constantFrom(0, 0, 1, 0xffff), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });

/** Every way to write `groups` with some run of zeros cut out, or none. */
function spellings(parts: readonly number[]): string[] {
  const hex = parts.map((part) => part.toString(16));
  const cuts = parts.flatMap((_, start) =>
    parts.flatMap((_, end) => (end >= start ? [[start, end + 1] as const] : [])),
  );
  const zeros = cuts.filter(([start, end]) => parts.slice(start, end).every((part) => part === 0));
  const short = zeros.map(([start, end]) => `${hex.slice(0, start).join(":")}::${hex.slice(end).join(":")}`);
  return [
    hex.join(":"),
    hex
      .map((part) => part.padStart(4, "0"))
      .join(":")
      .toUpperCase(),
    ...short,
  ];
}

test("an IPv4 address is printed and read as ipaddr.js does", (t) => {
  fc.assert(
    fc.property(bytes4, (bytes) => {
      const text = ipaddr.fromByteArray([...bytes]).toString();
      t.is(printAddress(bytes), text);
      t.deepEqual(readAddress(text), bytes);
    }),
  );
});

test("an IPv6 address is read in every spelling, and printed in the one of RFC 5952", (t) => {
  fc.assert(
    fc.property(groups, (parts) => {
      const address = new ipaddr.IPv6(parts);
      const bytes = Uint8Array.from(address.toByteArray());
      t.is(printAddress(bytes), address.toRFC5952String());
      const dotted = `${spellings(parts)[0]?.split(":").slice(0, 6).join(":")}:${bytes.slice(12).join(".")}`;
      for (const spelling of [...spellings(parts), dotted]) t.deepEqual(readAddress(spelling), bytes, spelling);
    }),
    { numRuns: 300 },
  );
});

test("what is no address of one form is refused", (t) => {
  const texts = ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "0x1.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4/8"];
  texts.push(":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "fe80::1%lo", "::1.2.3");
  for (const text of texts) t.is(readAddress(text), undefined, text);
});
