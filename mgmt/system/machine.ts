// The machine that the appliance is: what does not change while it runs.

import { readFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";

export interface Machine {
  /** `Linux 6.1.0-13-amd64`. */
  readonly kernel: string;
  readonly processor: string | null;
  /** As the kernel counts them: two for a core with two threads. */
  readonly processors: number;
  readonly memoryBytes: number;
  readonly chassis: Chassis;
}

/** As the maker wrote it into the firmware (SMBIOS, types 1 and 2); null: not told, or not to this process. */
export interface Chassis {
  readonly maker: string | null;
  readonly product: string | null;
  readonly version: string | null;
  readonly serial: string | null;
  readonly boardSerial: string | null;
}

/** The kernel shows serial numbers to root only: to be called before privileges are dropped. `dmi`: where the kernel tells. */
export async function readMachine(dmi = "/sys/class/dmi/id"): Promise<Machine> {
  const tell = (file: string) => readFile(join(dmi, file), "utf8").then(meant, () => null);
  const [maker, product, version, serial, boardSerial] = await Promise.all([
    tell("sys_vendor"),
    tell("product_name"),
    tell("product_version"),
    tell("product_serial"),
    tell("board_serial"),
  ]);
  const found = cpus();
  return {
    kernel: `${type()} ${release()}`,
    processor: found[0] ? meant(found[0].model) : null,
    processors: found.length,
    memoryBytes: totalmem(),
    chassis: { maker, product, version, serial, boardSerial },
  };
}

/** What makers leave in the fields that they should have filled. */
const placeholder =
  /^(to be filled by o\.?e\.?m\.?|default string|not (specified|applicable)|none|unknown|0+|system (manufacturer|product name|version|serial number))$/i;

/** Text of the firmware may hold anything: control characters would reach a terminal. */
function meant(text: string): string | null {
  const words = text
    .replace(/[^ -~]+/g, " ")
    .replaceAll('"', "'")
    .replace(/ +/g, " ")
    .trim();
  return words === "" || placeholder.test(words) ? null : words;
}
