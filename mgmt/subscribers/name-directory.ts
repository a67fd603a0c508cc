// Names for people: whoever shows a subscriber asks here what the address of a name stands for.

import type { SubscriberAddress } from "../engine/region_data.ts";
import { nameIdOf } from "./name-address.ts";

/** What the store knows of names by number. Each rejects with a Sentence when the store cannot be read, but for `namesSoon`. */
export interface NameDirectory {
  /** Those that are known or were, by their numbers. */
  namesOf(ids: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** The same for one who cannot wait: without those that the store does not tell within half a second. */
  namesSoon(ids: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** Undefined: no subscriber has that name, or had it. */
  idOf(name: string): Promise<number | undefined>;
}

/** The same, each subscriber with his name if he has one that is known. */
export async function named<T extends { readonly subscriber: SubscriberAddress }>(
  items: readonly T[],
  directory: Pick<NameDirectory, "namesOf">,
): Promise<readonly T[]> {
  const ids = new Set(items.flatMap(({ subscriber }) => nameIdOf(subscriber.address) ?? []));
  if (ids.size === 0) return items;
  const names = await directory.namesOf([...ids]);
  return items.map((item) => {
    const name = names.get(nameIdOf(item.subscriber.address) ?? 0);
    return name === undefined ? item : { ...item, subscriber: { ...item.subscriber, name } };
  });
}
