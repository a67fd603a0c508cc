// What `postern console` and the daemon tell each other: one JSON object a line.

import { z } from "zod";
import { Sentence } from "../sentence.ts";

/** Of a message, its newline included: what is typed at once, each character escaped. */
export const MESSAGE_CHARACTERS_MAX = 8192;

/** Characters that are sent in one message. */
export const TYPED_MAX = 1024;

const COLUMNS_MAX = 1000;

const size = z.int().min(1).max(COLUMNS_MAX);

export const helloSchema = z.strictObject({
  hello: z.strictObject({
    /** The terminal's name, as $TERM has it; empty: unknown. */
    term: z.string().max(64),
    columns: size,
    rows: size,
    /** Typed and read by a person. */
    interactive: z.boolean(),
    /** Lines come whole and are obeyed without a prompt; what is typed beside them answers questions. */
    lines: z.literal(true).optional(),
  }),
});

const typed = z.strictObject({ in: z.string().max(TYPED_MAX) });

/** After the hello. Closing this direction of the socket ends the typing. */
export const typedSchema = z.union([
  typed,
  /** Columns and rows, when they change. */
  z.strictObject({ size: z.tuple([size, size]) }),
]);

/** After a hello of lines. Closing this direction ends the session, whatever runs in it. */
export const lineSchema = z.union([z.strictObject({ line: z.string().max(TYPED_MAX) }), typed]);

export type Hello = z.infer<typeof helloSchema>["hello"];
export type Typed = z.infer<typeof typedSchema>;
export type FromConsole = z.infer<typeof helloSchema> | Typed | z.infer<typeof lineSchema>;

export type ToConsole =
  | { readonly out: string }
  /** To one who sends lines: his line asks something. */
  | { readonly asks: "text" | "secret" }
  /** Of his line: whether it was taken. */
  | { readonly obeyed: boolean }
  /** The session has ended; the status that the program ends with. */
  | { readonly exit: number };

/** Throws a Sentence. */
export function readMessage<T>(schema: z.ZodType<T>, line: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    throw new Sentence("A message is one of the JSON objects that mgmt/console/protocol.ts describes.");
  }
}
