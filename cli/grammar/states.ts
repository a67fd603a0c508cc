// Where a line being typed can stand in the commands: the steps that the matcher and the table's own check both take.

import type { Command } from "./command.ts";
import type { Route, Token, ValueToken } from "./syntax.ts";

/** A point on a route, and what the words up to it gave. */
export interface State<C extends Command = Command> {
  readonly command: C;
  readonly route: Route;
  /** Index of the token that comes next; the route's length when the command is complete. */
  readonly next: number;
  readonly args: Readonly<Record<string, unknown>>;
  /** Where each argument was typed. */
  readonly columns: Readonly<Record<string, number>>;
}

export const startOf: <C extends Command>(commands: readonly C[]) => readonly State<C>[] = remembered(
  <C extends Command>(commands: readonly C[]) =>
    commands.flatMap((command) =>
      command.routes.map((route): State<C> => ({ command, route, next: 0, args: {}, columns: {} })),
    ),
);

export function isComplete(state: State): boolean {
  return state.next === state.route.length;
}

/** Those of commands that are not refused in any case: the others are meant only by whole words, and told to nobody. */
export const offered = remembered((states: readonly State[]): readonly State[] =>
  states.filter(({ command }) => !command.isRefused),
);

/** The keywords and words of choices that may come next, each once. */
export const keywordsAt = remembered((states: readonly State[]): readonly string[] => [
  ...new Set(states.flatMap(keywordsOf)),
]);

/** The states that expect a value next. */
export function valuesAt<C extends Command>(states: readonly State<C>[]): { state: State<C>; token: ValueToken }[] {
  return states.flatMap((state) => {
    const token = state.route[state.next];
    return token && "type" in token ? [{ state, token }] : [];
  });
}

/** Where the keyword leads; `keyword` is spelt as the syntax spells it. */
export function afterKeyword<C extends Command>(
  states: readonly State<C>[],
  keyword: string,
  column: number,
): readonly State<C>[] {
  const known = branchesOf<C>(states);
  const after = known.get(keyword);
  if (after) return after;
  const before = states.filter((state) => keywordsOf(state).includes(keyword));
  const taken = before.flatMap((state) => take(state, keyword, column));
  // One that is no argument leads to the same wherever it is typed.
  if (before.every(({ route, next }) => route[next]?.name === undefined)) known.set(keyword, taken);
  return taken;
}

const branchesOf: <C extends Command>(states: readonly State<C>[]) => Map<string, readonly State<C>[]> = remembered(
  () => new Map(),
);

/** Where the value leads. */
export function take<C extends Command>(state: State<C>, value: unknown, column: number): State<C>[] {
  const token = state.route[state.next];
  const next = state.next + 1;
  if (token?.name === undefined) return [{ ...state, next }];
  const columns = { [token.name]: column, ...state.columns };
  if ("type" in token || !token.many)
    return [{ ...state, next, columns, args: { ...state.args, [token.name]: value } }];
  const chosen = token.words.filter((word) => word === value || chosenOf(state, token).includes(word));
  const args = { ...state.args, [token.name]: chosen };
  return [
    { ...state, columns, args },
    { ...state, next, columns, args },
  ];
}

function keywordsOf(state: State): readonly string[] {
  const token = state.route[state.next];
  if (!token || "type" in token) return [];
  return token.many ? token.words.filter((word) => !chosenOf(state, token).includes(word)) : token.words;
}

/** The words of a choice that were typed already. */
export function chosenOf(state: State, token: Token): readonly string[] {
  return token.name === undefined ? [] : ((state.args[token.name] as string[] | undefined) ?? []);
}

/** All lines of a mode begin alike: what was found of a list, which never changes, is kept with it. */
function remembered<List extends object, Result>(find: (list: List) => Result): (list: List) => Result {
  const known = new WeakMap<List, Result>();
  return (list) => {
    const before = known.get(list);
    if (before !== undefined) return before;
    const result = find(list);
    known.set(list, result);
    return result;
  };
}
