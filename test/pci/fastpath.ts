// The fast path in the virtual machine, on a link of two of its cards.
import { ANSWER_BYTES, answerOf, batchBytes } from "../../mgmt/engine/control_client.ts";
import type { Card, Machine } from "./machine.ts";
import type { Answer } from "./shell.ts";

/** What a PCI device is bound to, to be driven by a program. */
export type Driver = "uio_pci_generic" | "vfio-pci";

/** By name: busybox's modprobe does not know that the first of two wants the second. */
const modules: Readonly<Record<Driver, string>> = {
  uio_pci_generic: "uio_pci_generic",
  "vfio-pci": "vfio-pci vfio_iommu_type1",
};

const runDirectory = (name: string) => `/run/${name}`;
const log = (name: string) => `/run/${name}.log`;

function commandLine(name: string, ports: readonly string[]): string {
  const sizes = "--sessions 4096 --subscribers 1024 --watches 256";
  return `postern-fastpath --run-dir ${runDirectory(name)} ${sizes} --link ${ports.join(",")}`;
}

export const portText = ({ address }: Pick<Card, "address">, driver: Driver) => `pci:${address}/${driver}`;

/** Starts one that cannot come up, for want of its first port; returns what it said. */
export function startInVain({ shell }: Machine, port: string): Promise<Answer> {
  return shell.attempt(`timeout 20 ${commandLine("refused", [port, port])}`);
}

export class FastPath {
  readonly cards: readonly [Card, Card];
  readonly driver: Driver;
  readonly #machine: Machine;
  readonly #name: string;
  #supervisor = "";

  /** @param cards of the subscribers' side and of the network's. */
  constructor(machine: Machine, cards: readonly [Card, Card], driver: Driver) {
    this.cards = cards;
    this.#machine = machine;
    this.#name = cards.map(({ address }) => address.slice(-4)).join("-");
    this.driver = driver;
  }

  /** Returns when it takes commands. */
  async start(): Promise<void> {
    const command = commandLine(
      this.#name,
      this.cards.map((card) => portText(card, this.driver)),
    );
    await this.#machine.shell.run(`modprobe -a ${modules[this.driver]}`);
    this.#supervisor = await this.#machine.shell.run(`${command} >${log(this.#name)} 2>&1 & echo $!`);
    await this.#ready("");
  }

  async stop(): Promise<void> {
    const ended = `while [ -d /proc/${this.#supervisor} ]; do usleep 20000; done`;
    await this.#machine.shell.run(`kill ${this.#supervisor}; ${ended}`);
  }

  /** Kills the process that has the cards; returns when its supervisor has put another in its place. */
  async replaceProcess(): Promise<void> {
    const before = await this.#process();
    await this.#machine.shell.run(`kill -KILL ${before}`);
    await this.#ready(before);
  }

  /** The driver that each card is bound to now. */
  async boundTo(): Promise<string[]> {
    const links = this.cards.map(({ address }) => `/sys/bus/pci/devices/${address}/driver`);
    const targets = await this.#machine.shell.run(
      `for link in ${links.join(" ")}; do basename $(readlink $link); done`,
    );
    return targets.split("\n");
  }

  /** Puts a policy in force. */
  async givePolicy(policy: Uint8Array): Promise<void> {
    const batch = batchBytes([{ kind: "policy", payload: policy }]).toString("base64");
    const socket = `${runDirectory(this.#name)}/fastpath/control.sock`;
    const ask = `socat -t 10 - UNIX-CONNECT:${socket},shut-none | head -c ${ANSWER_BYTES}`;
    const answer = await this.#machine.shell.run(`echo ${batch} | base64 -d | ${ask} | base64 -w 0`);
    const { status, text } = answerOf(Buffer.from(answer, "base64"));
    if (status !== "ok") throw new Error(`the fast path refused the policy: ${text}`);
  }

  /** What it and DPDK said. */
  said(): Promise<string> {
    return this.#machine.shell.run(`cat ${log(this.#name)}`);
  }

  async #process(): Promise<string> {
    const id = this.#supervisor;
    return (await this.#machine.shell.run(`cat /proc/${id}/task/${id}/children`)).trim();
  }

  /** Waits until a process other than `before` serves: it gives up its privileges when all else is done. */
  async #ready(before: string): Promise<void> {
    const id = this.#supervisor;
    const serves = `child=$(tr -d ' ' </proc/${id}/task/${id}/children) && [ "$child" != "${before}" ] && grep -q "^Uid:.100" /proc/$child/status`;
    const wait = `until { ${serves}; } 2>/dev/null; do [ -d /proc/${id} ] || exit 1; usleep 50000; done`;
    const { status } = await this.#machine.shell.attempt(wait);
    if (status !== 0) throw new Error(`the fast path does not start: ${await this.said()}`);
  }
}
