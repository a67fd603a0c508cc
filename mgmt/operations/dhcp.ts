// Operations on what DHCP servers tell of subscribers.

import { z } from "zod";
import type { ApplianceOperation } from "../appliance.ts";
import { word } from "../config/values.ts";
import type { ImportedLeases } from "../dhcp/lease-importer.ts";
import { number } from "../words.ts";

export const importLeases: ApplianceOperation<{ file: string; dryRun: boolean }, ImportedLeases> = {
  name: "subscriber.import-leases",
  kind: "subscriber",
  level: 10,
  input: z.strictObject({ file: word, dryRun: z.boolean() }),
  describe: ({ file, dryRun }) => [file, ...(dryRun ? ["dry-run"] : [])].join(" "),
  async run({ leaseFiles }, { file, dryRun }) {
    const result = await leaseFiles.import(file, dryRun);
    const isRefused = !dryRun && !result.isImported;
    return isRefused ? { result, refused: `${number(result.wrongLines)} lines are wrong.` } : { result };
  },
};
