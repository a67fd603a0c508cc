// Policies and engines from the text of a configuration.

import type { Configuration } from "../../mgmt/config/configuration.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import { policyBlob } from "../../mgmt/engine/policy_blob.ts";
import { missingIds, type PolicyIds } from "../../mgmt/engine/policy_ids.ts";
import { type PolicyOverride, servicesNamed } from "../../mgmt/engine/policy_override.ts";
import { Engine } from "../../mgmt/replay/engine.ts";

export function configurationOf(text: string): Configuration {
  const parsed = parseConfiguration(text);
  if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed.configuration;
}

/** `known`: ids given before. */
export function policyOf(
  text: string,
  known: PolicyIds = new Map(),
  overrides: readonly PolicyOverride[] = [],
): { policy: Uint8Array; ids: PolicyIds } {
  const configuration = configurationOf(text);
  const ids = new Map([...known, ...missingIds(configuration, known, overrides.flatMap(servicesNamed))]);
  return { policy: policyBlob(configuration, ids, 1, overrides), ids };
}

export function engineOf(text: string): Engine {
  return new Engine({ policy: policyOf(text).policy, sessions: 1000, subscribers: 100, watches: 100, detectors: 8 });
}

/** Mail of 10.0.0.0/8 and 2001:db8::/32 under the quota of Cisco's example (OL-10610-03, chapter 4). */
export const outboundMail = `
service smtp
 protocol tcp port 25
 initiator subscriber
package 0
 mass-mailing service smtp
  detect sessions 10 period 60 window fixed action report block
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8
 subscriber anonymous-group name "homes6" IP-range 2001:db8::/32
`;
