// The lists of a configuration are in order of their keys, so that one configuration has one text.

export type Key = string | number;

const natural = new Intl.Collator("en", { numeric: true });

/** Puts the item in its place, instead of the one with the same key, and returns it. */
export function put<T>(list: T[], item: T, keyOf: (item: T) => Key): T {
  const place = placeAfter(list, keyOf(item), keyOf);
  const replaces = has(list, place, keyOf(item), keyOf);
  list.splice(replaces ? place - 1 : place, replaces ? 1 : 0, item);
  return item;
}

/** The item of the list that has the same key; if none has, this one, put in its place. */
export function findOrAdd<T>(list: T[], item: T, keyOf: (item: T) => Key): T {
  const place = placeAfter(list, keyOf(item), keyOf);
  if (has(list, place, keyOf(item), keyOf)) return list[place - 1] as T;
  list.splice(place, 0, item);
  return item;
}

/** Takes out the item with this key, if there is one. */
export function remove<T>(list: T[], key: Key, keyOf: (item: T) => Key): void {
  const place = placeAfter(list, key, keyOf);
  if (has(list, place, key, keyOf)) list.splice(place - 1, 1);
}

function has<T>(list: readonly T[], place: number, key: Key, keyOf: (item: T) => Key): boolean {
  const last = list[place - 1];
  return last !== undefined && keyOf(last) === key;
}

/** The index after the last item whose key is not greater. */
function placeAfter<T>(list: readonly T[], key: Key, keyOf: (item: T) => Key): number {
  let [low, high] = [0, list.length];
  // A text that was printed is in order: each item's place is the end.
  if (high > 0 && compare(keyOf(list[high - 1] as T), key) <= 0) return high;
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
