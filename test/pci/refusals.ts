// What is said of PCI devices that cannot be had: the fast path ends with one sentence, and the device keeps its driver.
import type { Check } from "../../lab/scenario.ts";
import { type Driver, portText, startInVain } from "./fastpath.ts";
import type { Card, Machine } from "./machine.ts";

/** An empty slot of the machine. */
const nothing = { address: "0000:00:1e.7" };

type Device = Pick<Card, "address">;

/** A machine without an IOMMU, and none of its cards in use. */
export async function* checkRefusals(machine: Machine): AsyncGenerator<Check> {
  const { shell, serialPort, cards } = machine;
  const [card] = cards;
  const own = cards.at(-1);
  if (!card || !own) throw new Error("the machine has no cards");
  const refused = (what: string, device: Device, driver: Driver, words: RegExp) =>
    checkRefusal(machine, what, device, driver, words);

  yield await refused("no such driver", card, "uio_pci_generic", /modprobe uio_pci_generic/);
  await shell.run("modprobe uio_pci_generic && modprobe vfio-pci");
  await shell.run(
    `name=$(ls /sys/bus/pci/devices/${own.address}/virtio*/net) && ip address add 192.0.2.1/24 dev $name && ip link set $name up`,
  );
  yield await refused("no such device", nothing, "uio_pci_generic", /no PCI device/);
  yield await refused("no network card", serialPort, "uio_pci_generic", /no network card/);
  yield await refused("the machine's own network", own, "uio_pci_generic", /own interface/);
  yield await refused("no IOMMU", card, "vfio-pci", /IOMMU/);
}

async function checkRefusal(
  machine: Machine,
  what: string,
  device: Device,
  driver: Driver,
  words: RegExp,
): Promise<Check> {
  const kept = () => machine.shell.attempt(`readlink /sys/bus/pci/devices/${device.address}/driver`);
  const before = await kept();
  const { status, output } = await startInVain(machine, portText(device, driver));
  const after = await kept();
  const sentences = output.split("\n").filter((line) => line !== "");
  return {
    passed: status === 1 && sentences.length === 1 && words.test(output) && before.output === after.output,
    text: `${what}: "${sentences.join(" / ")}" (status ${status}, driver ${before.output === after.output ? "kept" : "changed"})`,
  };
}
