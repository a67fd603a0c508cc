// Messages that somebody has changed and cut.
import fc from "fast-check";

const changes = fc.array(fc.tuple(fc.nat(4096), fc.nat(255)), { maxLength: 8 });

/** One in four is cut. In memory of its own: what is read beyond the end throws. */
export function mutated(whole: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.tuple(whole, changes, fc.nat()).map(([seed, edits, cut]) => {
    const bytes = Buffer.from(seed.subarray(0, cut % 4 === 0 ? cut % (seed.length + 1) : seed.length));
    for (const [at, value] of edits) if (bytes.length > 0) bytes[at % bytes.length] = value;
    return bytes;
  });
}
