// The attributes of RADIUS that may carry a name of our choosing: two of the standard's, or one of a vendor's, `9.1`.

import type { Reading } from "./argument-types.ts";

const standardAttributes = ["class", "filter-id"] as const;

/** The vendor's enterprise number (IANA), which has 24 bits, and the type of its attribute. */
const VENDORS_OWN = /^([1-9]\d{0,7})\.([1-9]\d{0,2})$/;
const VENDOR_MAX = 0xffffff;
const TYPE_MAX = 0xff;

export function readRadiusAttribute(word: string): Reading<string> {
  const standard = standardAttributes.find((each) => each === word.toLowerCase());
  if (standard) return { value: standard };
  return vendorsOwn(word) ? { value: word } : undefined;
}

/** The parts of `VENDOR.TYPE`; undefined: the attribute is the standard's. */
export function vendorsOwn(attribute: string): { readonly vendor: number; readonly type: number } | undefined {
  const [, vendor, type] = VENDORS_OWN.exec(attribute)?.map(Number) ?? [];
  if (vendor === undefined || type === undefined || vendor > VENDOR_MAX || type > TYPE_MAX) return undefined;
  return { vendor, type };
}
