// Data as lines of JSON, made as they are read: the same text as JSON.stringify(data, undefined, 2).

export function* jsonLines(data: unknown, indent = "", before = "", after = ""): Iterable<string> {
  const brackets = Array.isArray(data) ? "[]" : "{}";
  const keys = keysOf(data);
  if (keys === undefined || keys.length === 0) {
    yield `${indent}${before}${keys ? brackets : JSON.stringify(data)}${after}`;
    return;
  }
  yield `${indent}${before}${brackets[0]}`;
  for (let index = 0; index < keys.length; index++) {
    const key = keys.at(index);
    const value = (data as Record<string | number, unknown>)[key] ?? null;
    const name = typeof key === "number" ? "" : `${JSON.stringify(key)}: `;
    yield* jsonLines(value, `${indent}  `, name, index < keys.length - 1 ? "," : "");
  }
  yield `${indent}${brackets[1]}${after}`;
}

interface Keys {
  readonly length: number;
  at(index: number): string | number;
}

/** Of an array its indices, not made beforehand: it may be long. Undefined: the data has no members. */
function keysOf(data: unknown): Keys | undefined {
  if (Array.isArray(data)) return { length: data.length, at: (index) => index };
  if (typeof data !== "object" || data === null) return undefined;
  const given = Object.entries(data).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return { length: given.length, at: (index) => given[index] ?? "" };
}
