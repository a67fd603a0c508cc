// The one table of the errors that a person or a program outside can be given: every way out renders from here.
// The command line prints a text after "% "; a row gets further columns (HTTP status, SNMP error) with their first user.

const table = {
  "invalid-input": { cli: () => "Invalid input detected at '^' marker." },
  "incomplete-command": { cli: () => "Incomplete command." },
  "ambiguous-command": { cli: (line: string) => `Ambiguous command:  "${line}"` },

  "done-otherwise": { cli: (how: string) => how },
  "invalid-value": { cli: (what: string, why: string) => `${what}: ${why}.` },
  "given-twice": { cli: (what: string) => `${what} is given twice: leave one of them out.` },
  "says-otherwise": { cli: (line: string) => `The line says something else: ${line}.` },
  "too-many": { cli: (what: string, limit: number) => `At most ${limit} ${what} are possible: leave some out.` },
  "unknown-user": {
    cli: (name: string) => `User ${name} does not exist: create him with "username ${name} privilege".`,
  },
  "other-algorithm": { cli: (name: string) => `The key is of another algorithm than ${name}: say which it is of.` },
  "user-root": { cli: () => "The console's root would look like him in the audit: take another name." },
  "short-password": {
    cli: (length: number) => `A secret has at least ${length} characters here: take a longer one.`,
  },
  "password-is-name": { cli: () => "A user's name, forwards or backwards, is no secret: take another." },
  "plain-password": {
    cli: (different: number) => `A secret has at least ${different} different characters: take another.`,
  },
  "unknown-zone": { cli: (name: string) => `Zone ${name} does not exist: create it with "zone ${name}".` },
  "empty-zone": { cli: (name: string) => `Zone ${name} has no addresses: give it some with "ip" lines.` },
  "no-server": {
    cli: (group: "radius" | "tacacs+") =>
      group === "radius"
        ? 'There is no RADIUS server: enter one with "radius-server host".'
        : 'There is no TACACS+ server: enter one with "tacacs-server host".',
  },
  "no-radius-client": {
    cli: () => 'It has no client: enter one with "subscriber LEG radius-accounting client".',
  },
  "no-radius-accounting": { cli: () => 'Nobody listens: enter "subscriber LEG radius-accounting".' },
  "unknown-radius-client": {
    cli: (address: string) =>
      `Client ${address} does not exist: enter it with "subscriber LEG radius-accounting client ${address} key".`,
  },
  "unknown-service": { cli: (name: string) => `Service ${name} does not exist: create it with "service ${name}".` },
  "incomplete-service": { cli: (name: string) => `Service ${name} has no ports: give it a "protocol" line.` },
  "service-in-use": {
    cli: (name: string) => `The built-in service ${name} would take its place: take back first what counts ${name}.`,
  },
  "no-home-servers": {
    cli: (name: string) =>
      `Service ${name} needs the home servers: enter "mass-mailing home-servers zone" in "interface LineCard 0".`,
  },
  "needs-block": {
    cli: (action: string) => `${action} is a way to refuse sessions: add "block", or leave it out.`,
  },
  "no-handshake": {
    cli: (name: string) =>
      `Sessions of service ${name} are UDP's and have no handshake: leave "count established" out.`,
  },
  "resets-twice": { cli: () => "reset-both resets the subscriber's end too: leave reset out." },
  "unknown-package": { cli: (id: number) => `Package ${id} does not exist: create it with "package ${id}".` },
  "unknown-template": {
    cli: (id: number) => `Template ${id} has no package: give it one with "subscriber template ${id} package".`,
  },
  "subscriber-wider-than-group": {
    cli: (group: string, length: number) =>
      `A subscriber of ${group} cannot be wider than it: use prefix-length ${length} or more.`,
  },
  "prefix-length-is-for-ipv6": { cli: () => "An IPv4 subscriber is one address: leave prefix-length out." },
} satisfies Record<string, { cli: (...parameters: never[]) => string }>;

export type ErrorCode = keyof typeof table;

/** What the texts of a code are made from. */
export type ErrorParameters<Code extends ErrorCode> = Parameters<(typeof table)[Code]["cli"]>;

/** The sentence for a person at the command line. */
export function cliText<Code extends ErrorCode>(code: Code, ...parameters: ErrorParameters<Code>): string {
  const render: (...parameters: never[]) => string = table[code].cli;
  return render(...(parameters as never[]));
}
