// What a part of the configuration brings, and the modes that its lines are typed in.

import { type Line, linesFor, type Rendered } from "../../cli/grammar/command.ts";
import type { Candidate, Configuration } from "./configuration.ts";
import type { Problem } from "./problems.ts";
import type { MassMailing, Package } from "./sections/packages.ts";
import type { Service } from "./sections/services.ts";
import type { Zone } from "./sections/zones.ts";

/** A part of the configuration: the lines that set it, their rendering, and its checks against the whole. */
export interface Section {
  readonly lines: readonly Line[];
  /** `all`: with the lines that say what holds without them. */
  render(configuration: Configuration, all: boolean): Rendered[];
  /** `before`: what is in force, if people type a change to it; a text that is loaded whole is judged alone. */
  check(configuration: Configuration, before?: Configuration): Iterable<Problem>;
  /** Objects that were begun and do nothing yet. */
  incomplete?(configuration: Configuration): Iterable<Incomplete>;
}

/** An object that was begun and does nothing yet. */
export interface Incomplete {
  /** `service smtp`. */
  readonly object: string;
  /** A sentence: what it lacks. */
  readonly lacks: string;
}

/** The modes, and what the lines typed in each act on. */
interface Subjects extends Record<string, object> {
  global: Candidate;
  zone: Zone;
  service: Service;
  package: Package;
  "mass-mailing": MassMailing;
  linecard: Candidate;
  vty: Candidate;
}

/** Defines a line of the configuration. */
export const line = linesFor<Subjects>();
