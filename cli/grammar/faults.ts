// What can be wrong with a table of commands: a programmer's faults, found at start-up before anything is typed.

import { type Command, EVERYWHERE } from "./command.ts";
import { afterKeyword, chosenOf, isComplete, keywordsAt, type State, startOf, take, valuesAt } from "./states.ts";
import type { Route, Token } from "./syntax.ts";

/**
 * A sentence for each fault. `byMode`: the commands that can be typed in each mode.
 * Levels excuse nothing: the highest sees every command.
 */
export function faultsOf(commands: readonly Command[], byMode: ReadonlyMap<string, readonly Command[]>): string[] {
  const faults = [
    ...commands.flatMap(missingHelp),
    ...commands.flatMap(misspelt),
    ...commands.filter(({ mode }) => mode !== EVERYWHERE && !byMode.has(mode)).map(unreachable),
    ...[...byMode.values()].flatMap((each) => [...overlaps(startOf(each), "")]),
  ];
  return [...new Set(faults)];
}

function missingHelp({ syntax, help, routes }: Command): string[] {
  const words = new Set(routes.flat().flatMap(helpWords));
  return [...words].filter((word) => !help[word]?.trim()).map((word) => `"${syntax}" has no help for ${word}.`);
}

/** The words that a token needs help for. */
export function helpWords(token: Token): readonly string[] {
  return "type" in token ? [`<${token.name}>`] : token.words;
}

function misspelt({ syntax, routes }: Command): string[] {
  const words = routes.flat().flatMap((token) => ("type" in token ? [] : token.words));
  const strange = words.filter((word) => !/^[A-Za-z0-9][A-Za-z0-9+-]*$/.test(word));
  const followed = routes.filter((route) => route.slice(0, -1).some(isRest));
  const doubled = routes.flatMap(namesTwice);
  return [
    ...strange.map((word) => `"${syntax}" has ${word} for a keyword.`),
    ...followed.map(() => `"${syntax}" goes on behind the rest of the line.`),
    ...doubled.map((name) => `"${syntax}" has two arguments ${name}.`),
  ];
}

function isRest(token: Token): boolean {
  return "type" in token && token.type.isRest === true;
}

function namesTwice(route: Route): string[] {
  const names = route.flatMap(({ name }) => name ?? []);
  return names.filter((name, index) => names.indexOf(name) < index);
}

function unreachable({ syntax, mode }: Command): string {
  return `"${syntax}" cannot be typed: no command enters its mode, ${mode}.`;
}

/** Wherever typing can lead, each next word must have one meaning and one help. */
function* overlaps(states: readonly State[], typed: string): Iterable<string> {
  const complete = new Set(states.filter(isComplete).map(({ command }) => command));
  if (complete.size > 1) yield `"${typed}" is ${complete.size} commands.`;

  const values = valuesAt(states);
  const keywords = keywordsAt(states);
  yield* spellings(keywords, typed);
  for (const keyword of keywords) {
    const swallowed = values.find(({ token }) => "value" in (token.type.read(keyword) ?? {}));
    if (swallowed) yield `After "${typed}", ${keyword} is also a <${swallowed.token.name}>.`;
    const after = afterKeyword(states, keyword, 0);
    const helps = new Set(after.map(({ command }) => command.help[keyword]));
    if (helps.size > 1) yield `After "${typed}", ${keyword} has ${helps.size} helps.`;
    if (states.every((state) => isInOrder(state, keyword))) yield* overlaps(after, `${typed} ${keyword}`.trim());
  }

  const [kind, ...others] = new Set(values.map(({ token }) => `<${token.name}:${token.spec}>`));
  if (others.length > 0) yield `After "${typed}" come ${[kind, ...others].join(" and ")}.`;
  else if (kind) yield* overlaps(afterValue(states), `${typed} ${kind}`.trim());
}

/** The words of one choice lead to the same in any order: that of the syntax is enough to look at. */
function isInOrder(state: State, keyword: string): boolean {
  const token = state.route[state.next];
  if (!token || "type" in token) return true;
  return chosenOf(state, token).every((word) => token.words.indexOf(word) < token.words.indexOf(keyword));
}

/** Case means nothing to one who types. */
function* spellings(keywords: readonly string[], typed: string): Iterable<string> {
  const known = new Map<string, string>();
  for (const keyword of keywords) {
    const other = known.get(keyword.toLowerCase());
    if (other !== undefined) yield `After "${typed}", ${other} is also spelt ${keyword}.`;
    known.set(keyword.toLowerCase(), keyword);
  }
}

function afterValue(states: readonly State[]): State[] {
  return valuesAt(states).flatMap(({ state }) => take(state, undefined, 0));
}
