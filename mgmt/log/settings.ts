// What the log obeys.

import type { Severity } from "./mnemonics.ts";

export interface Logging {
  /** Whether lines go to the host. */
  readonly on: boolean;
  /** Lines that are kept in memory. */
  readonly bufferedLines: number;
  /** Lines as grave as this, or graver, go to the host. */
  readonly trap: Severity;
  /** Where syslog messages go, by UDP. */
  readonly host: { readonly address: string; readonly port: number } | null;
}

export interface LogSettings {
  /** The name of this appliance. */
  readonly hostname: string;
  readonly logging: Logging;
}

/** Without a configuration. */
export const loggingDefaults: Logging = { on: true, bufferedLines: 1000, trap: "informational", host: null };
