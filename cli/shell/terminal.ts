// What a session is typed at.

import type { Readable, Writable } from "node:stream";

export interface Terminal {
  /** UTF-8: bytes or text. Its end is the end of typing; what was typed is still obeyed. */
  readonly input: Readable;
  /** Its close is the person's going. A terminal of a person emits `resize` and has its present size, as a tty has. */
  readonly output: Writable & { readonly columns?: number; readonly rows?: number };
  /** A person's, who reads page by page. */
  readonly interactive: boolean;
  /** It must be shown no escape sequences. */
  readonly plain: boolean;
  /** Is told that a question waits to be answered by typing. */
  asks?(what: "text" | "secret"): void;
}
