// `npm run pci`: the fast path on PCI devices, in a virtual machine of its own. See `usage`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Check } from "../../lab/scenario.ts";
import { readArguments } from "../../mgmt/arguments.ts";
import { type Driver, FastPath } from "./fastpath.ts";
import { checkForwarding } from "./forwarding.ts";
import { kernelRelease, makeInitramfs } from "./initramfs.ts";
import { type CardModel, Machine } from "./machine.ts";
import { checkRefusals } from "./refusals.ts";

const usage = `npm run pci   the fast path on PCI devices bound by address, in emulated machines: frames of every kind, the quota, a
              killed process, devices that cannot be had; exits 0 if every check passed, else 1
  --driver    only with uio_pci_generic (in a machine without an IOMMU) or with vfio-pci (in one with an IOMMU)
`;

const root = join(import.meta.dirname, "../..");

/** The last one is for the machine's own network. */
const models: readonly CardModel[] = ["e1000", "e1000", "virtio-net-pci", "virtio-net-pci", "virtio-net-pci"];

/** Pairs of cards, by number: subscribers' side, network's side. */
const links: readonly (readonly [number, number])[] = [
  [0, 1],
  [2, 3],
  [0, 2],
];

const rounds: readonly { readonly driver: Driver; readonly iommu: boolean }[] = [
  { driver: "uio_pci_generic", iommu: false },
  { driver: "vfio-pci", iommu: true },
];

let failed = 0;

/** Makes the checks, one after the other, and says how each went. */
async function report(checks: AsyncIterable<Check>): Promise<void> {
  for await (const { passed, text } of checks) {
    console.log(`${passed ? "pass" : "FAIL"}  ${text}`);
    if (!passed) failed++;
  }
}

async function checkLink(machine: Machine, driver: Driver, numbers: readonly [number, number]): Promise<void> {
  const [subscribers, network] = numbers.map((number) => machine.cards[number]);
  if (!subscribers || !network) throw new Error(`the machine has no cards ${numbers}`);
  const fastPath = new FastPath(machine, [subscribers, network], driver);
  await fastPath.start();
  await report(checkForwarding(fastPath));
  await fastPath.stop();
}

async function play(directory: string, wanted: string | undefined): Promise<void> {
  const kernel = await kernelRelease();
  const programs = [join(root, "build/fastpath/postern-fastpath"), "/usr/bin/socat"];
  const initramfs = await makeInitramfs(directory, kernel, programs);
  for (const { driver, iommu } of rounds.filter(({ driver }) => driver === (wanted ?? driver))) {
    const machine = new Machine(await mkdtemp(join(directory, "machine-")), { kernel, initramfs, models, iommu });
    const began = performance.now();
    try {
      await machine.boot();
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      console.log(`\nLinux ${kernel}, ${iommu ? "an" : "no"} IOMMU, ${driver}: booted in ${seconds} s`);
      if (!iommu) await report(checkRefusals(machine));
      for (const link of links) await checkLink(machine, driver, link);
    } finally {
      await machine.stop();
    }
  }
}

/** Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const known = { help: { type: "boolean", default: false }, driver: { type: "string" } } as const;
  const { help, driver } = readArguments(args, known, "npm run pci -- --help");
  if (driver !== undefined && !rounds.some((round) => round.driver === driver)) {
    throw new Error(`--driver is uio_pci_generic or vfio-pci, not "${driver}"`);
  }
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const directory = await mkdtemp(join(tmpdir(), "postern-pci-"));
  // Removes the directory however this process ends.
  const janitor = spawn(join(root, "lab/janitor.sh"), ["postern-pci", directory], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  try {
    await play(directory, driver);
  } finally {
    janitor.stdin?.end();
    await once(janitor, "exit");
  }
  console.log(`\n${failed === 0 ? "every check passed" : `${failed} checks failed`}`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`pci: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
