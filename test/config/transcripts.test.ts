// Configuration files as people write them, and what they are told: X.conf beside X.out.
import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { printLineError } from "../../cli/grammar/line-error.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import { renderConfiguration } from "../../mgmt/config/render.ts";

function answerTo(text: string): string {
  const parsed = parseConfiguration(text);
  return "errors" in parsed
    ? `${parsed.errors.map(printLineError).join("\n\n")}\n`
    : renderConfiguration(parsed.configuration);
}

for (const [folder, outcome] of Object.entries({ accepted: "is accepted and printed", refused: "is refused" })) {
  const directory = new URL(`./${folder}/`, import.meta.url);
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".conf"))) {
    test(`${file} ${outcome} as ${folder}/${file.replace(".conf", ".out")} says`, (t) => {
      const expected = readFileSync(new URL(file.replace(".conf", ".out"), directory), "utf8");
      t.is(answerTo(readFileSync(new URL(file, directory), "utf8")), expected);
    });
  }
}
