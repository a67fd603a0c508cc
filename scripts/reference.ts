// `npm run reference`: writes docs/commands.md.
import { writeFile } from "node:fs/promises";
import { referenceOf } from "../cli/commands/reference.ts";
import { language } from "../cli/commands/table.ts";

await writeFile(new URL("../docs/commands.md", import.meta.url), referenceOf(language));
