// Data as lines of JSON, made as they are read: the same text as JSON.stringify(data, undefined, 2).

export function* jsonLines(data: unknown, indent = "", before = "", after = ""): Iterable<string> {
  const [open, close, members] = membersOf(data);
  if (members.length === 0) {
    yield `${indent}${before}${open === "" ? JSON.stringify(data) : open + close}${after}`;
    return;
  }
  yield `${indent}${before}${open}`;
  const last = members.length - 1;
  for (const [index, [key, value]] of members.entries()) {
    yield* jsonLines(value, `${indent}  `, key, index < last ? "," : "");
  }
  yield `${indent}${close}${after}`;
}

/** Brackets, and each member with what stands before it; no brackets: it has none. */
function membersOf(data: unknown): [open: string, close: string, members: (readonly [key: string, value: unknown])[]] {
  if (Array.isArray(data)) return ["[", "]", data.map((value) => ["", value ?? null] as const)];
  if (typeof data !== "object" || data === null) return ["", "", []];
  const given = Object.entries(data).filter(([, value]) => value !== undefined);
  return ["{", "}", given.map(([key, value]) => [`${JSON.stringify(key)}: `, value] as const)];
}
