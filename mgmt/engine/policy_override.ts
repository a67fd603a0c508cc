// Overrides as the fast path's policy has them: those that people made, and those of the configuration's zones.

import type { Prefix } from "../../cli/grammar/prefix.ts";
import type { Configuration } from "../config/configuration.ts";
import type { ZoneOverride } from "../config/sections/mass-mailing.ts";

/** Services by name, or all that the policy has. */
export type OverriddenServices = readonly string[] | "all";

/**
 * What is decided otherwise for the subscriber-side addresses of a prefix or zone (dataplane/core/override_table.h says which
 * override of several counts). What the configuration does not have, a zone, a package or a service, is not overridden.
 */
export interface PolicyOverride {
  /** Shown by the fast path. 0: of the configuration's lines. */
  readonly number: number;
  readonly target: { readonly prefix: Prefix } | { readonly zone: string };
  /** The package in place of the group's; null: the group's. */
  readonly package: number | null;
  /** Neither counted nor refused. */
  readonly exempt: OverriddenServices;
  /** Refused. */
  readonly blocked: OverriddenServices;
  /** The end, in milliseconds of CLOCK_BOOTTIME; null: for ever. */
  readonly untilMs: number | null;
}

/** The number of an override that is a line of the configuration: people's are numbered from 1. */
export const OF_CONFIGURATION = 0;

/** What the configuration says of subscribers by zone: one override a zone. */
export function zoneOverrides(configuration: Pick<Configuration, "zoneOverrides">): PolicyOverride[] {
  const zones = new Set(configuration.zoneOverrides.map(({ zone }) => zone));
  return [...zones].map((zone) => {
    const servicesOf = (kind: ZoneOverride["kind"]): OverriddenServices => {
      const lines = configuration.zoneOverrides.filter((each) => each.zone === zone && each.kind === kind);
      const names = lines.flatMap(({ service }) => service ?? []);
      return names.length < lines.length ? "all" : names;
    };
    const target = { zone };
    return {
      ...{ number: OF_CONFIGURATION, target, package: null, untilMs: null },
      ...{ exempt: servicesOf("exempt"), blocked: servicesOf("force-block") },
    };
  });
}

/** The services that it speaks of by name. */
export function servicesNamed({ exempt, blocked }: PolicyOverride): readonly string[] {
  return [exempt, blocked].flatMap((services) => (services === "all" ? [] : services));
}
