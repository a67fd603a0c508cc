// What of a typed line may be shown to others, kept or told: all but its secrets.

import type { Match, Mismatch } from "./match.ts";
import { MASK } from "./secret.ts";
import type { State } from "./states.ts";
import type { Token } from "./syntax.ts";

/** The line, masked from its first secret on. */
export function withoutSecrets(text: string, found: Match | Mismatch): string {
  const column =
    "code" in found ? (found.secretColumn ?? likelySecret(text)) : columnOf(found, found.command.routes.flat());
  return column === undefined || column >= text.length ? text : text.slice(0, column) + MASK;
}

/**
 * Where the first secret stands in a line that led to these states and goes wrong at column `wrong`: if all have a secret yet to
 * come, the wrong word may be it.
 */
export function secretColumnAt(states: readonly State[], wrong: number): number | undefined {
  const given = states.map((state) => columnOf(state, state.route)).find((column) => column !== undefined);
  const isAhead = states.length > 0 && states.every(({ route, next }) => route.slice(next).some(isSecret));
  return given ?? (isAhead ? wrong : undefined);
}

function columnOf({ columns }: Pick<Match, "columns">, tokens: readonly Token[]): number | undefined {
  const secret = tokens.find((token) => isSecret(token) && columns[token.name ?? ""] !== undefined);
  return secret && columns[secret.name ?? ""];
}

function isSecret(token: Token): boolean {
  return "type" in token && token.type.mask !== undefined;
}

/** In a line that goes wrong before its secret nobody knows where it is, but for the words before it. */
function likelySecret(text: string): number | undefined {
  const before = ABOUT_SECRETS.test(text) ? null : (ANNOUNCED.exec(text) ?? ENABLE.exec(text));
  return before ? before.index + before[0].length : undefined;
}

/** Behind the word for a secret. */
const ANNOUNCED = /(?<=^|\s)"?(sec[a-z]*|pas[a-z]*|key?)"?\s+(?=\S)/i;

/** `security passwords min-length`: none follows. */
const ABOUT_SECRETS = /^\s*((no|default)\s+)?secu/i;

/** Behind `enable`, or `enable 15`, which ask for a secret: some type it at once. */
const ENABLE = /^\s*(do\s+)?en(?!d\b)[a-z]*\s+(?!\d+\s*$)(\d+\s+)?(?=\S)/i;
