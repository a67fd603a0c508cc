// What a part of the configuration brings, and the modes that its lines are typed in.

import { commandsFor, type Line } from "../../cli/grammar/command.ts";
import type { Candidate, Configuration } from "./configuration.ts";
import type { Problem } from "./problems.ts";
import type { MassMailing, Package } from "./sections/packages.ts";
import type { Service } from "./sections/services.ts";
import type { Zone } from "./sections/zones.ts";

/** A part of the configuration: the lines that set it, their rendering, and its checks against the whole. */
export interface Section {
  readonly lines: readonly Line[];
  render(configuration: Configuration): Block[];
  check(configuration: Configuration): Iterable<Problem>;
}

/** Lines that belong together: comments part the blocks. */
export type Block = readonly string[];

/** The modes, and what the lines typed in each act on. */
interface Subjects extends Record<string, object> {
  global: Candidate;
  zone: Zone;
  service: Service;
  package: Package;
  "mass-mailing": MassMailing;
  linecard: Candidate;
}

/** Defines a line of the configuration. */
export const line = commandsFor<Subjects>();

/** A line and, indented, those of the mode that it enters. */
export function nested(head: string, lines: readonly string[]): Block {
  return [head, ...lines.map((text) => ` ${text}`)];
}
