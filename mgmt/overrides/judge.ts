// What an override means under a configuration: whom it is about, and what it lacks there. Runs in the store's thread.

import { printAddress } from "../../cli/grammar/address.ts";
import { networkOf, networksAround, type Prefix, parsePrefix } from "../../cli/grammar/prefix.ts";
import { isWithin } from "../access/source.ts";
import type { Configuration } from "../config/configuration.ts";
import { builtInServices, checkService, policyServices } from "../config/known-services.ts";
import { usableGroups } from "../config/sections/anonymous-groups.ts";
import { SERVICES_MAX } from "../config/sections/services.ts";
import { checkZone } from "../config/sections/zones.ts";
import { OF_CONFIGURATION } from "../engine/policy_override.ts";
import { cliText } from "../errors.ts";
import type { NearAddress } from "../store/override-table.ts";
import { GroupIndex } from "../subscribers/group_index.ts";
import type { JudgedOverride, OverrideRule } from "./override.ts";

/** No prefix is longer. */
const LONGEST = 128;

export class OverrideJudge {
  readonly #configuration: Configuration;
  readonly #groups: Configuration["anonymousGroups"];
  readonly #index: GroupIndex;
  readonly #wrong = new Map<string, string | undefined>();

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
    this.#groups = usableGroups(configuration);
    this.#index = new GroupIndex(this.#groups);
  }

  /**
   * The prefix, or the whole subscriber's around it: who types one address of an IPv6 customer means the customer, whose devices
   * take others every day.
   */
  covered(prefix: Prefix): Prefix {
    const { bytes, length } = parsePrefix(prefix);
    const subscriberLength = this.#index.groupOf(printAddress(bytes))?.subscriberPrefixLength ?? length;
    return length <= subscriberLength ? prefix : `${networkOf(bytes, subscriberLength)}/${subscriberLength}`;
  }

  /** What it speaks of and the configuration has not: a sentence. Undefined: nothing. */
  lacks({ zone, service, package: id }: OverrideRule): string | undefined {
    const { zones, packages } = this.#configuration;
    for (const { message } of zone === null ? [] : checkZone([], zone, zones)) return message;
    const wrong = service === null ? undefined : this.#wrongWith(service);
    if (wrong !== undefined) return wrong;
    if (id !== null && !packages.some((each) => each.id === id)) return cliText("unknown-package", id);
    return undefined;
  }

  /** Why it is without effect: a sentence. Undefined: it has some. */
  idle(rule: OverrideRule): string | undefined {
    const named = rule.prefix === null || rule.name !== null;
    if (named || this.#hasSubscribers(rule.prefix)) return this.lacks(rule);
    return "No anonymous group has such an address: nothing is counted or refused of it.";
  }

  /** Whether it is about an address. */
  concerns({ prefix, zone }: OverrideRule, address: string): boolean {
    if (prefix !== null) return isWithin([this.covered(prefix)], address);
    return isWithin(this.#configuration.zones.find(({ name }) => name === zone)?.prefixes ?? [], address);
  }

  /** Where those are found that are about an address. */
  placeOf(address: string): NearAddress {
    const whole = networksAround(address).length - 1;
    const length = this.#index.groupOf(address)?.subscriberPrefixLength ?? whole;
    const zones = this.#configuration.zones.filter(({ prefixes }) => isWithin(prefixes, address));
    return {
      address,
      subscriberLength: length < whole ? length : LONGEST,
      zones: zones.map(({ name }) => name),
    };
  }

  /** What the configuration itself says of zones: nobody made it, and it ends with its line. */
  configured(): JudgedOverride[] {
    const nobody = { madeAt: 0, madeBy: "configuration", madeFrom: "", reason: "", until: null, ended: null };
    const rest = { number: OF_CONFIGURATION, prefix: null, name: null, package: null, idle: null };
    return this.#configuration.zoneOverrides.map((each) => ({ ...rest, ...nobody, ...each }));
  }

  /** Of a service: a sentence. There may be 10,000 overrides of it. */
  #wrongWith(service: string): string | undefined {
    if (!this.#wrong.has(service)) this.#wrong.set(service, this.#check(service));
    return this.#wrong.get(service);
  }

  #check(service: string): string | undefined {
    const configuration = this.#configuration;
    for (const { message } of checkService([], service, configuration)) return message;
    // No override may make a policy of more services than fit: a configuration that is good by itself would be refused.
    const used = policyServices(configuration);
    const isSafe =
      used.some(({ name }) => name === service) || used.length + builtInServices(configuration).length <= SERVICES_MAX;
    return isSafe ? undefined : cliText("too-many", "services", SERVICES_MAX);
  }

  #hasSubscribers(prefix: Prefix): boolean {
    const { bytes, length } = parsePrefix(prefix);
    if (this.#index.groupOf(printAddress(bytes))) return true;
    const inside = this.#groups.map((group) => parsePrefix(group.prefix)).filter((group) => group.length > length);
    const around = [prefix];
    return inside.some((group) => isWithin(around, printAddress(group.bytes)));
  }
}
