// Where the log goes, and how much of it.

import { z } from "zod";
import { severities } from "../../log/mnemonics.ts";
import { loggingDefaults } from "../../log/settings.ts";
import { line, type Section } from "../section.ts";
import { address } from "../values.ts";

export const BUFFERED_LINES_MIN = 16;
export const BUFFERED_LINES_MAX = 10_000;

/** RFC 5426 3.3. */
const SYSLOG_PORT = 514;

export const loggingSchema = z.strictObject({
  on: z.boolean(),
  bufferedLines: z.int().min(BUFFERED_LINES_MIN).max(BUFFERED_LINES_MAX),
  trap: z.enum(severities),
  host: z.strictObject({ address, port: z.int().min(1).max(65_535) }).nullable(),
});

const LOGGING = "The log of what happens";
const TRAP = "Send to the syslog host what is at least this grave (default informational)";

const on = line({
  mode: "global",
  syntax: "logging on",
  help: { logging: LOGGING, on: "Send it to the syslog host (the default)" },
  run: ({ logging }) => {
    logging.on = true;
  },
  slot: "logging on",
  no: ({ logging }) => {
    logging.on = false;
  },
  default: ({ logging }) => {
    logging.on = loggingDefaults.on;
  },
});

const buffered = line({
  mode: "global",
  syntax: `logging buffered <lines:${BUFFERED_LINES_MIN}-${BUFFERED_LINES_MAX}>`,
  help: { logging: LOGGING, buffered: "Keep the latest in memory", "<lines>": "Lines (default 1000)" },
  run: ({ logging }, { lines }) => {
    logging.bufferedLines = lines;
  },
  slot: "logging buffered",
  no: ({ logging }) => {
    logging.bufferedLines = loggingDefaults.bufferedLines;
  },
});

const trap = line({
  mode: "global",
  syntax: `logging trap <severity:${severities.join("|") as "emergencies|alerts|critical|errors|warnings|notifications|informational|debugging"}>`,
  help: {
    logging: LOGGING,
    trap: TRAP,
    emergencies: "The appliance cannot be used (0)",
    alerts: "Something must be done at once (1)",
    critical: "Traffic is not judged, or does not pass (2)",
    errors: "Something does not work (3)",
    warnings: "Something should be looked at, a breach for instance (4)",
    notifications: "What people did, and what is over (5)",
    informational: "Everything of use (6)",
    debugging: "Everything (7)",
  },
  run: ({ logging }, { severity }) => {
    logging.trap = severity;
  },
  slot: "logging trap",
  no: ({ logging }) => {
    logging.trap = loggingDefaults.trap;
  },
});

const trapByNumber = line({
  mode: "global",
  syntax: "logging trap <number:0-7>",
  help: { logging: LOGGING, trap: TRAP, "<number>": "The same by its number (RFC 5424 6.2.1)" },
  run: ({ logging }, { number }) => {
    logging.trap = severities[number] ?? loggingDefaults.trap;
  },
  slot: "logging trap",
});

const host = line({
  mode: "global",
  syntax: "logging host <address:ADDRESS> [transport UDP port <port:1-65535>]",
  help: {
    logging: LOGGING,
    host: "The syslog host",
    "<address>": "Its IPv4 or IPv6 address",
    transport: "How it gets there",
    UDP: "By UDP",
    port: "To a port",
    "<port>": "Its number (default 514)",
  },
  run: ({ logging }, { address, port = SYSLOG_PORT }) => {
    logging.host = { address, port };
    return logging.host;
  },
  slot: "logging host",
  no: ({ logging }) => {
    logging.host = null;
  },
});

export const logging: Section = {
  lines: [on, buffered, trap, trapByNumber, host].flatMap(({ forms }) => forms),

  render: ({ logging: { on: isOn, bufferedLines: lines, trap: severity, host: to } }, all) => [
    ...(all && isOn ? [on.print({})] : []),
    ...(isOn ? [] : [on.printNo({})]),
    ...(lines !== loggingDefaults.bufferedLines || all ? [buffered.print({ lines })] : []),
    ...(severity !== loggingDefaults.trap || all ? [trap.print({ severity })] : []),
    ...(to ? [host.print(to.port === SYSLOG_PORT ? { address: to.address } : to)] : []),
  ],

  check: () => [],
};
