// What `postern console` and the daemon tell each other: one JSON object a line.

import { z } from "zod";

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
    /** Only this line is obeyed, without a prompt. */
    line: z.string().max(TYPED_MAX).optional(),
  }),
});

/** After the hello. Closing this direction of the socket ends the typing. */
export const typedSchema = z.union([
  z.strictObject({ in: z.string().max(TYPED_MAX) }),
  /** Columns and rows, when they change. */
  z.strictObject({ size: z.tuple([size, size]) }),
]);

export type Hello = z.infer<typeof helloSchema>["hello"];
export type FromConsole = z.infer<typeof helloSchema> | z.infer<typeof typedSchema>;

export type ToConsole =
  | { readonly out: string }
  /** The session has ended; the status that the program ends with. */
  | { readonly exit: number };
