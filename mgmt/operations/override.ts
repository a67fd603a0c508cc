// Operations that decide about some subscribers otherwise than the configuration does.

import { z } from "zod";
import type { Prefix } from "../../cli/grammar/prefix.ts";
import type { ApplianceOperation } from "../appliance.ts";
import { packageId } from "../config/sections/packages.ts";
import { prefix, word } from "../config/values.ts";
import type { Overridden } from "../overrides/keeper.ts";
import { type OverrideRule, overrideKinds, ruleText } from "../overrides/override.ts";
import type { NameDirectory } from "../subscribers/name-directory.ts";
import { whoIs } from "../subscribers/whom.ts";
import { number } from "../words.ts";
import { reason } from "./reason.ts";
import { subscriberName } from "./subscriber-name.ts";

/** A year: whoever means longer means for good. */
export const OVERRIDE_MINUTES_MAX = 525_600;

export interface MakeOverrideInput extends OverrideRule {
  /** Null: for good. */
  readonly minutes: number | null;
  readonly reason: string;
}

export const makeOverride: ApplianceOperation<MakeOverrideInput, Overridden> = {
  name: "override.make",
  kind: "subscriber",
  level: 10,
  input: z
    .strictObject({
      kind: z.enum(overrideKinds),
      prefix: prefix.nullable(),
      name: subscriberName.nullable(),
      zone: word.nullable(),
      service: word.nullable(),
      package: packageId.nullable(),
      minutes: z.int().min(1).max(OVERRIDE_MINUTES_MAX).nullable(),
      reason,
    })
    .refine(({ prefix, name, zone }) => [prefix, name, zone].filter((whom) => whom !== null).length === 1, {
      error: "expected a prefix, a name or a zone",
    })
    .refine((rule) => (rule.package === null) === (rule.kind !== "assign"), { error: "expected a package to assign" }),
  describe({ minutes, reason, ...rule }) {
    return `${ruleText(rule)}${minutes === null ? "" : ` for ${number(minutes)} ${minutes === 1 ? "minute" : "minutes"}`}, reason: ${reason}`;
  },
  async run({ overrides, names }, { minutes, reason, ...rule }, actor) {
    const prefix = rule.name === null ? rule.prefix : await ownPrefix(rule.name, names);
    return { result: await overrides.make({ ...rule, prefix }, minutes, reason, actor) };
  },
};

/** Of a name. */
async function ownPrefix(name: string, names: NameDirectory): Promise<Prefix> {
  return `${(await whoIs(name, names)).address}/128`;
}

export interface ClearOverrideInput {
  readonly number: number;
  /** Empty: he gave none. */
  readonly reason: string;
}

export const clearOverride: ApplianceOperation<ClearOverrideInput, Overridden> = {
  name: "override.clear",
  kind: "subscriber",
  level: 10,
  input: z.strictObject({ number: z.int().min(1), reason: reason.or(z.literal("")) }),
  describe: ({ number, reason }) => `override ${number}${reason === "" ? "" : `, reason: ${reason}`}`,
  run: async ({ overrides }, { number, reason }, actor) => ({ result: await overrides.clear(number, reason, actor) }),
};
