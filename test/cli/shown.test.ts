// What of a wrong line others may see, when a secret may be in it.
import test from "ava";
import { language } from "../../cli/commands/table.ts";
import { shownLine } from "../../cli/grammar/read.ts";

const prompt = { modes: [language.exec.start], level: 15 as const };

for (const [typed, shown] of [
  ["enable 15 TopSecret", "enable 15 ********"],
  ["en 15 Top Secret", "en 15 ********"],
  ["enable TopSecret", "enable ********"],
  ["enable 99", "enable 99"],
  ["enable 15", "enable 15"],
  ["end it", "end it"],
] as const) {
  test(`of "${typed}" people see "${shown}"`, (t) => {
    t.is(shownLine(language, prompt, typed), shown);
  });
}
