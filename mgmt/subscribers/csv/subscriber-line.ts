// A line about a subscriber in the SCE's CSV files: `name, mappings, packageId`, or `name, mappings, mappings_ipv6, packageId`, with
// semicolons between mappings.

import { PACKAGE_ID_MAX } from "../../config/sections/packages.ts";
import type { MappingKey } from "../../engine/subscriber_change.ts";
import { readMappings } from "../mapping.ts";
import { isName } from "../name.ts";
import type { Introduced } from "../names/queries.ts";
import { fieldsOf, fieldText, QUOTE_MISSING } from "./fields.ts";

export interface SubscriberLine {
  readonly name: string;
  readonly package: number;
  readonly keys: readonly MappingKey[];
}

/** A text: why it is wrong. Undefined: it says nothing. `packages`: those that there are. */
export function readSubscriberLine(line: string, packages: ReadonlySet<number>): SubscriberLine | string | undefined {
  const fields = fieldsOf(line);
  if (fields === undefined) return undefined;
  if (fields === null) return QUOTE_MISSING;
  const [name = "", ...rest] = fields;
  if (rest.length < 2 || rest.length > 3) {
    return `A line has 3 fields, name, mappings, packageId, or 4 with mappings_ipv6: this one has ${fields.length}.`;
  }
  if (!isName(name)) return "A name has 1 to 64 printable ASCII characters, none of them a quote.";
  const id = rest.at(-1) ?? "";
  if (!/^\d{0,3}$/.test(id) || Number(id) > PACKAGE_ID_MAX)
    return `${id} is no package: it is a number up to ${PACKAGE_ID_MAX}.`;
  if (!packages.has(Number(id)) && Number(id) !== 0) return `Package ${Number(id)} does not exist.`;
  const keys = readKeys(rest.slice(0, -1).join(";"));
  return typeof keys === "string" ? keys : { name, package: Number(id), keys };
}

function readKeys(text: string): MappingKey[] | string {
  const keys: MappingKey[] = [];
  for (const mapping of text.split(";")) {
    const typed = mapping.trim();
    if (typed === "") continue;
    const reading = readMappings(typed);
    if (!reading) return `${typed} is no mapping.`;
    if ("refusal" in reading) return reading.refusal;
    keys.push(...reading.value);
  }
  return keys;
}

export const SUBSCRIBER_HEADER = "# name, mappings, mappings_ipv6, packageId\n";

export function subscriberLineText({ name, package: id, mappings }: Introduced): string {
  const isIPv6 = (text: string) => text.includes(":");
  const others = mappings.filter((text) => !isIPv6(text)).join(";");
  return `${fieldText(name)}, ${others}, ${mappings.filter(isIPv6).join(";")}, ${id}\n`;
}
