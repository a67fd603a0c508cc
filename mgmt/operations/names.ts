// Operations on names and their mappings: they are beside the configuration, in force at once and kept by themselves.

import { z } from "zod";
import type { ApplianceOperation, ApplianceParts } from "../appliance.ts";
import { packageId } from "../config/sections/packages.ts";
import { word } from "../config/values.ts";
import { MAPPING_KEY_BYTES, type MappingKey } from "../engine/subscriber_change.ts";
import { cliText } from "../errors.ts";
import { Sentence } from "../sentence.ts";
import type { Outcome, SubscriberEvent } from "../subscribers/feed.ts";
import { mappingText } from "../subscribers/mapping.ts";
import { NO_ROOM } from "../subscribers/names/holdings.ts";
import type { Imported } from "../subscribers/names/importer.ts";
import { number } from "../words.ts";
import { subscriberName } from "./subscriber-name.ts";

const keys = z
  .array(z.instanceof(Uint8Array).refine((key) => key.length === MAPPING_KEY_BYTES))
  .min(1)
  .readonly();

export interface MappingsInput {
  readonly name: string;
  /** Of one line. */
  readonly keys: readonly MappingKey[];
}

export const introduceName: ApplianceOperation<{ name: string; package: number }, Outcome> = {
  name: "subscriber.introduce",
  kind: "subscriber",
  level: 10,
  input: z.strictObject({ name: subscriberName, package: packageId }),
  describe: ({ name, package: id }) => `${name}, package ${id}`,
  async run(parts, { name, package: id }) {
    const isKnown = parts.configuration.facts().packages.some((each) => each.id === id);
    if (!isKnown && id !== 0) throw new Sentence(cliText("unknown-package", id));
    return { result: await taken(parts, { kind: "introduce", name, package: id }) };
  },
};

export const mapName = mappingsOperation("subscriber.map", "map");
export const unmapName = mappingsOperation("subscriber.unmap", "unmap");

export const removeName: ApplianceOperation<{ name: string }, Outcome> = {
  name: "subscriber.remove",
  kind: "subscriber",
  level: 10,
  input: z.strictObject({ name: subscriberName }),
  describe: ({ name }) => name,
  run: async (parts, { name }) => ({ result: await taken(parts, { kind: "remove", name }) }),
};

/** How many there were. */
export const removeAllNames: ApplianceOperation<object, number> = {
  name: "subscriber.remove-all",
  kind: "subscriber",
  level: 10,
  input: z.strictObject({}),
  describe: () => "",
  run: async ({ nameKeeper }) => ({ result: await nameKeeper.forgetIntroduced() }),
};

export interface ImportNamesInput {
  readonly file: string;
  readonly dryRun: boolean;
  readonly continueOnError: boolean;
}

export const importNames: ApplianceOperation<ImportNamesInput, Imported> = {
  name: "subscriber.import",
  kind: "subscriber",
  level: 10,
  input: z.strictObject({ file: word, dryRun: z.boolean(), continueOnError: z.boolean() }),
  describe: ({ file, dryRun, continueOnError }) =>
    [file, ...(dryRun ? ["dry-run"] : []), ...(continueOnError ? ["continue-on-error"] : [])].join(" "),
  async run({ nameFiles }, { file, ...options }) {
    const result = await nameFiles.import(file, options);
    const isRefused = !options.dryRun && !result.isImported;
    return isRefused ? { result, refused: `${number(result.wrongLines)} lines are wrong.` } : { result };
  },
};

export const exportNames: ApplianceOperation<{ file: string }, number> = {
  name: "subscriber.export",
  kind: "action",
  level: 10,
  input: z.strictObject({ file: word }),
  describe: ({ file }) => file,
  run: async ({ nameFiles }, { file }) => ({ result: await nameFiles.export(file) }),
};

function mappingsOperation(name: string, kind: "map" | "unmap"): ApplianceOperation<MappingsInput, Outcome> {
  return {
    name,
    kind: "subscriber",
    level: 10,
    input: z.strictObject({ name: subscriberName, keys }),
    describe: ({ name, keys }) => `${name}: ${keys.map(mappingText).join(", ")}`,
    run: async (parts, input) => ({ result: await taken(parts, { kind, ...input }) }),
  };
}

async function taken(
  { nameKeeper }: ApplianceParts,
  event: Extract<SubscriberEvent, { readonly name: string }>,
): Promise<Outcome> {
  const [outcome = "unchanged"] = await nameKeeper.take([event]);
  if (outcome === "unknown-name") throw new Sentence(`There is no subscriber "${event.name}".`);
  if (outcome === "full") throw new Sentence(NO_ROOM);
  return outcome;
}
