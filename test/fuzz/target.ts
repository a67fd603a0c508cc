// A fuzz target for a decoder in TypeScript: bytes that might be a message, and what has to be true whatever they are.
import type fc from "fast-check";

export interface DecoderTarget {
  readonly inputs: fc.Arbitrary<Buffer>;
  /** Throws when something is not true. */
  check(bytes: Buffer): void;
}
