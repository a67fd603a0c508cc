// Whether a person looks at what is shown, at a terminal that can move its cursor, or a program reads it.

/** What programs call the terminal that they ask for, and terminals that cannot do much. */
const PLAIN_TERMINALS: readonly string[] = ["", "dumb", "vt100", "network", "unknown"];

/** Libraries, as they name themselves before the handshake: nobody types at them. */
const LIBRARIES =
  /^(paramiko|ruby\/net::ssh|libssh|go\b|ssh2js|jsch|asyncssh|twisted|phpseclib|trilead|ganymed|sshj|apache-sshd|mina|renci|rebex|russh|nssh|erlang|maverick)/i;

/** `term`: of the terminal that was asked for; undefined: none was. `software`: what the client calls itself. */
export function isPersonsTerminal(term: string | undefined, software: string): boolean {
  return term !== undefined && !PLAIN_TERMINALS.includes(term.toLowerCase()) && !LIBRARIES.test(software);
}
