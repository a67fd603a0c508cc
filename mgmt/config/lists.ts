// The lists of a configuration are in order of their keys, so that one configuration has one text.

export type Key = string | number;

const natural = new Intl.Collator("en", { numeric: true });

/** Puts the item in its place, after those with the same key, and returns it. */
export function add<T>(list: T[], item: T, keyOf: (item: T) => Key): T {
  list.splice(placeAfter(list, keyOf(item), keyOf), 0, item);
  return item;
}

/** The item of the list that has the same key; if none has, this one, put in its place. */
export function findOrAdd<T>(list: T[], item: T, keyOf: (item: T) => Key): T {
  const last = list[placeAfter(list, keyOf(item), keyOf) - 1];
  return last !== undefined && keyOf(last) === keyOf(item) ? last : add(list, item, keyOf);
}

/** The index after the last item whose key is not greater. */
function placeAfter<T>(list: readonly T[], key: Key, keyOf: (item: T) => Key): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(keyOf(list[middle] as T), key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Numbers by size; texts as people count, LT4 before LT10, with no two different texts equal. */
function compare(a: Key, b: Key): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return natural.compare(left, right) || (left < right ? -1 : Number(left > right));
}
