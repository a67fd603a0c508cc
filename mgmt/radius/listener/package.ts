// Which package an Accounting-Request says that somebody has: its number or its name, in an attribute that is configured.

import { vendorsOwn } from "../../../cli/grammar/radius-attribute.ts";
import { valuesOf, vendorValuesOf } from "../attributes.ts";
import type { Attribute } from "../packet.ts";

export interface Package {
  readonly id: number;
  readonly name?: string | undefined;
}

/** The first that there is. Undefined: nothing is said. Null: what is said is no package. */
export function packageIn(
  attributes: readonly Attribute[],
  attribute: string,
  packages: readonly Package[],
): Package | undefined | null {
  const values = valuesNamed(attributes, attribute);
  if (values.length === 0) return undefined;
  return values.map((value) => packageOf(value, packages)).find((each) => each !== undefined) ?? null;
}

function valuesNamed(attributes: readonly Attribute[], attribute: string): Buffer[] {
  const own = vendorsOwn(attribute);
  if (own) return vendorValuesOf(attributes, own);
  return valuesOf(attributes, attribute === "class" ? "Class" : "Filter-Id");
}

/** By its name, its number in digits, or the four bytes of an integer. */
function packageOf(value: Buffer, packages: readonly Package[]): Package | undefined {
  const text = value.toString("latin1");
  const number = value.length === 4 ? value.readUInt32BE() : undefined;
  return (
    packages.find(({ name }) => name === text) ??
    packages.find(({ id }) => `${id}` === text) ??
    packages.find(({ id }) => id === number)
  );
}
