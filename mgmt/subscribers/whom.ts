// Whom somebody speaks of: a subscriber by name, or whoever has an address.

import { Sentence } from "../sentence.ts";
import { addressOfName, nameIdOf } from "./name-address.ts";
import type { NameDirectory } from "./name-directory.ts";
import type { Subscriber } from "./subscriber.ts";

export interface Whom {
  /** What records, overrides, breaches and usage are asked by: what was typed, or the name's own. */
  readonly address: string;
  /** Null: whoever has the address. */
  readonly name: string | null;
}

export function whoeverHas(address: string): Whom {
  return { address, name: null };
}

/** Rejects with a Sentence when nobody has that name. */
export async function whoIs(name: string, names: Pick<NameDirectory, "idOf">): Promise<Whom> {
  const id = await names.idOf(name);
  if (id === undefined) throw new Sentence(`There is no subscriber "${name}".`);
  return { address: addressOfName(id), name };
}

/** As it was typed. */
export function whomText({ address, name }: Whom): string {
  return name ?? address;
}

/** All addresses under which something is on record of him: those of the names that the address belongs to first. */
export function addressesOf({ address }: Whom, found: readonly Pick<Subscriber, "subscriber">[]): readonly string[] {
  const names = found.flatMap(({ subscriber }) => (nameIdOf(subscriber.address) ? subscriber.address : []));
  return [...new Set([...names, address])];
}
