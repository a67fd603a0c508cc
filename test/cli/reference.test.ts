import { readFile } from "node:fs/promises";
import test from "ava";
import { referenceOf } from "../../cli/commands/reference.ts";
import { language } from "../../cli/commands/table.ts";

test("docs/commands.md tells of the commands as they are", async (t) => {
  const written = await readFile(new URL("../../docs/commands.md", import.meta.url), "utf8");
  t.true(written === referenceOf(language), 'The commands have changed: run "npm run reference".');
});
