// The machine and its ports, in the form of IOS's `show inventory`. Nothing in it changes by itself: backup tools keep it
// and compare.

import type { Side } from "../../mgmt/engine/region_data.ts";
import type { Chassis } from "../../mgmt/system/machine.ts";
import { paragraphs } from "../columns.ts";
import { sides } from "./links.ts";

export interface Inventory {
  readonly chassis: Chassis;
  readonly ports: readonly { readonly link: number; readonly side: Side }[];
}

/** The ports of so many links. */
export function portsOf(links: number): Inventory["ports"] {
  return Array.from({ length: links }, (_, link) => sides.map((side) => ({ link, side }))).flat();
}

export function inventoryLines({ chassis, ports }: Inventory): string[] {
  const { maker, product, version, serial } = chassis;
  const machine = [maker, product].filter((name) => name !== null).join(" ");
  return paragraphs(
    item("Chassis", machine || "Maker and product not known", { pid: product, vid: version, serial }),
    ...ports.map(({ link, side }) => item(`Link ${link} ${side}`, `${capital(side)}-side port of link ${link}`)),
  );
}

/** What is not known is left out, as IOS does. */
function item(
  name: string,
  description: string,
  ids: { pid?: string | null; vid?: string | null; serial?: string | null } = {},
) {
  const { pid, vid, serial } = ids;
  return [
    `NAME: "${name}", DESCR: "${description}"`,
    `PID: ${pid ?? ""} , VID: ${vid ?? ""} , SN: ${serial ?? ""}`.replace(/ +,/g, " ,").trimEnd(),
  ];
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
