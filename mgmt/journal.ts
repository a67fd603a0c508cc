// What the daemon tells a person as it happens: one line each, on standard output.

export interface Journal {
  /** `at`: when it happened, in Unix milliseconds; now by default. Only the first line of a longer text gets the time. */
  say(text: string, at?: number): void;
}

/** `2026-11-22 12:00:03  text`, in this machine's time zone. */
export function journal(write: (line: string) => void, now: () => number): Journal {
  return { say: (text, at = now()) => write(`${dateAndTime(at)}  ${text}\n`) };
}

/** `2026-11-22 12:00:03`. */
export function dateAndTime(unixMs: number): string {
  // Sweden writes dates as ISO 8601 does.
  return new Date(unixMs).toLocaleString("sv-SE");
}
