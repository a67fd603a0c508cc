// Schemas of the values that lines are typed with: a value is good when the command line would read it so.

import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { argumentTypes } from "../../cli/grammar/argument-types.ts";
import { isBanner } from "../../cli/grammar/banner.ts";
import { printPorts, readPorts } from "../../cli/grammar/ports.ts";
import { isOfItsAlgorithm, keyAlgorithms } from "../../cli/grammar/public-key.ts";

export const hostname = text("HOSTNAME");
export const word = text("WORD");
export const string = text("STRING");
export const address = text("ADDRESS");
export const prefix = text("PREFIX");
export const secretHash = text("HASH");
export const serverKey = text("KEY");
export const radiusAttribute = text("RADIUS-ATTRIBUTE");

/** Of several lines. */
export const banner = z
  .string()
  .refine(isBanner, { error: "expected printable ASCII characters, none of them a quote" });

export const publicKey = z
  .strictObject({ algorithm: z.enum(keyAlgorithms), blob: text("KEY-BLOB") })
  .readonly()
  .refine(isOfItsAlgorithm, { error: "expected a key of its algorithm" });

const port = z.int().min(1).max(65535);

export const ports = z
  .array(z.strictObject({ first: port, last: port }).readonly())
  .readonly()
  .refine((ranges) => isDeepStrictEqual(readPorts(printPorts(ranges)), { value: ranges }), {
    error: "expected port ranges in order, apart from each other",
  });

/** The types whose values are texts. */
type TextType =
  | "HOSTNAME"
  | "WORD"
  | "STRING"
  | "ADDRESS"
  | "PREFIX"
  | "HASH"
  | "KEY"
  | "KEY-BLOB"
  | "RADIUS-ATTRIBUTE";

function text(name: TextType) {
  const type = argumentTypes[name];
  const isCanonical = (value: string) => {
    const reading = type.read(value);
    return reading !== undefined && "value" in reading && reading.value === value;
  };
  return z.string().refine(isCanonical, { error: `expected ${type.expected}` });
}
