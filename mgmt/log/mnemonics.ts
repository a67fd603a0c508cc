// What the log tells of: each kind of line, and how grave it is.

/** 0 to 7 (RFC 5424 6.2.1), in the words of IOS. */
export const severities = [
  "emergencies",
  "alerts",
  "critical",
  "errors",
  "warnings",
  "notifications",
  "informational",
  "debugging",
] as const;

export type Severity = (typeof severities)[number];

/** `_END`: what the other one told of is over. */
export const mnemonics = {
  FASTPATH_LOST: "critical",
  FASTPATH: "notifications",

  BREACH: "warnings",
  BREACH_END: "notifications",

  LINK: "errors",
  LINK_END: "notifications",
  ALARM: "warnings",
  ALARM_END: "notifications",

  /** Its time is over. */
  OVERRIDE: "notifications",

  STORE: "errors",
  STORE_END: "notifications",

  CONFIG_REFUSED: "errors",
  CONFIG_WAITING: "warnings",
  CONFIG_INCOMPLETE: "warnings",
  CONFIG: "notifications",

  /** A server of logins or accounting. */
  AAA: "warnings",
  AAA_END: "notifications",

  /** Something is wrong with what one tells who tells of subscribers. */
  FEED: "warnings",

  AUDIT: "notifications",
  /** Refused, or denied to him who asked. */
  AUDIT_DENIED: "warnings",
  /** There is none, or he is not saved. */
  FIRST_ADMINISTRATOR: "warnings",
  /** A source failed too often and is not let in. */
  LOGIN_BLOCKED: "warnings",
  /** So many failed that nobody is let in but from the quiet zone. */
  QUIET_MODE: "alerts",
  QUIET_MODE_END: "notifications",
  /** What servers are told of people. */
  ACCOUNTING: "warnings",
  ACCOUNTING_END: "notifications",

  FAULT: "critical",
  LOGGING: "warnings",
} as const satisfies Record<string, Severity>;

export type Mnemonic = keyof typeof mnemonics;
