// A virtual machine with network cards that nobody needs: QEMU, its processors emulated in software, so that it runs where
// no virtualisation is to be had. Two processors: one for a worker, one for the rest.
import { join } from "node:path";
import { Part } from "../../lab/process.ts";
import { Shell } from "./shell.ts";
import { Wire } from "./wire.ts";

export type CardModel = "e1000" | "virtio-net-pci";

/** A network card, and the host's end of its cable. */
export interface Card {
  readonly model: CardModel;
  /** As the machine's PCI bus has it. */
  readonly address: string;
  readonly mac: string;
  readonly wire: Wire;
}

export interface MachineOptions {
  readonly kernel: string;
  readonly initramfs: string;
  readonly models: readonly CardModel[];
  /** An IOMMU between the cards and memory. */
  readonly iommu: boolean;
}

/** Huge pages of 2 MiB: 64 MiB of packet memory and the engine's tables. */
const hugePages = 96;
const memoryMiB = 1024;

/** The first slot that cards are put into; QEMU's own devices are below. */
const firstSlot = 16;

export class Machine {
  /** A PCI device that is no network card. */
  readonly serialPort = { address: "0000:00:02.0" };
  readonly cards: readonly Card[];
  readonly shell: Shell;
  readonly #directory: string;
  readonly #options: MachineOptions;
  #qemu: Part | undefined;

  /** @param directory where its sockets and its console's log are put. */
  constructor(directory: string, options: MachineOptions) {
    this.#directory = directory;
    this.#options = options;
    this.shell = new Shell(join(directory, "shell"));
    this.cards = options.models.map((model, n) => ({
      model,
      address: `0000:00:${(firstSlot + n).toString(16)}.0`,
      mac: `02:00:5e:30:01:${n.toString(16).padStart(2, "0")}`,
      wire: new Wire(join(directory, `wire${n}`)),
    }));
  }

  /** Returns when it takes commands. */
  async boot(): Promise<void> {
    await Promise.all([this.shell.listen(), ...this.cards.map(({ wire }) => wire.listen())]);
    // It ends with this process, however that ends.
    const command = ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", ...this.#arguments()];
    const qemu = await Part.start("QEMU", command, { log: join(this.#directory, "console.log") });
    this.#qemu = qemu;
    const ended = qemu.ended.then(async (how) => {
      throw new Error(`QEMU ended (${how}): ${await qemu.lastWords()}`);
    });
    await Promise.race([this.shell.booted(), ended]);
  }

  async stop(): Promise<void> {
    await this.#qemu?.stop("SIGTERM");
    this.shell.close();
    for (const { wire } of this.cards) wire.close();
  }

  #arguments(): string[] {
    const { kernel, initramfs, iommu } = this.#options;
    const kernelArguments = `console=ttyS0 quiet panic=-1 mitigations=off hugepages=${hugePages}`;
    return [
      // The first emulated processor with all that the fast path needs (x86-64-v3); a /dev/kvm may be there and not work.
      ...["-machine", "q35,accel=tcg", "-cpu", "Haswell-noTSX", "-smp", "2", "-m", String(memoryMiB)],
      ...["-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"],
      ...["-kernel", `/boot/vmlinuz-${kernel}`, "-initrd", initramfs],
      ...["-append", iommu ? `${kernelArguments} intel_iommu=on iommu=pt` : kernelArguments],
      ...(iommu ? ["-device", "intel-iommu,caching-mode=on"] : []),
      ...["-device", "virtio-serial-pci,addr=0x2"],
      ...["-chardev", `socket,id=shell,path=${this.shell.path}`],
      ...["-device", "virtserialport,nr=1,chardev=shell"],
      ...this.cards.flatMap((card, n) => this.#cardArguments(card, n)),
    ];
  }

  #cardArguments({ model, mac, wire }: Card, n: number): string[] {
    // Only a modern virtio device goes through an IOMMU.
    const behindIommu = model === "virtio-net-pci" && this.#options.iommu ? ",disable-legacy=on,iommu_platform=on" : "";
    return [
      ...["-netdev", `stream,id=wire${n},server=off,addr.type=unix,addr.path=${wire.path}`],
      ...[
        "-device",
        `${model},netdev=wire${n},mac=${mac},addr=0x${(firstSlot + n).toString(16)},romfile=${behindIommu}`,
      ],
    ];
  }
}
