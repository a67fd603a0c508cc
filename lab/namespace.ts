// One network namespace of the lab: commands and parts run inside it. Made and removed by site.ts.
import { attempt, type CommandOptions, type Outcome, Part, type PartOptions, run } from "./process.ts";

/**
 * Set before any interface exists, so that every interface is born with them. The lab's packets are then only those
 * somebody sent on purpose: no address probing, no router discovery, no forwarding, no dropping by source address.
 */
const settings = [
  "net.ipv4.ip_forward=0",
  "net.ipv4.conf.all.rp_filter=0",
  "net.ipv4.conf.default.rp_filter=0",
  "net.ipv6.conf.all.forwarding=0",
  "net.ipv6.conf.default.accept_dad=0",
  "net.ipv6.conf.default.dad_transmits=0",
  "net.ipv6.conf.default.accept_ra=0",
  "net.ipv6.conf.default.router_solicitations=0",
];

export class Namespace {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  async make(): Promise<void> {
    await run(["ip", "netns", "add", this.name]);
    await this.run(["sysctl", "-qw", ...settings]);
    await this.ip(["link set lo up"]);
  }

  /** The command line that runs `command` in here. It keeps the mounts of its caller, unlike `ip netns exec`. */
  inside(command: readonly string[]): string[] {
    return ["nsenter", `--net=/run/netns/${this.name}`, "--", ...command];
  }

  /** As process.ts's `run`, in here. */
  run(command: readonly string[], options?: CommandOptions): Promise<string> {
    return run(this.inside(command), options);
  }

  /** As process.ts's `attempt`, in here. */
  attempt(command: readonly string[], options?: CommandOptions): Promise<Outcome> {
    return attempt(this.inside(command), options);
  }

  /** As `Part.start`, in here. */
  start(name: string, command: readonly string[], options: PartOptions): Promise<Part> {
    return Part.start(name, this.inside(command), options);
  }

  /** Runs `ip` commands, one a line, written without the leading "ip"; all must succeed. */
  async ip(lines: readonly string[]): Promise<void> {
    await this.run(["ip", "-batch", "-"], { input: `${lines.join("\n")}\n` });
  }
}
