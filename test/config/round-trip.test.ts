import test from "ava";
import fc from "fast-check";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import { renderConfiguration } from "../../mgmt/config/render.ts";
import { validateConfiguration } from "../../mgmt/config/validate.ts";
import { configurations } from "./arbitrary.ts";

test("a configuration that is printed and read back is the same", (t) => {
  fc.assert(
    fc.property(configurations, (configuration) => {
      t.deepEqual(validateConfiguration(configuration), []);
      for (const all of [false, true]) {
        t.deepEqual(parseConfiguration(renderConfiguration(configuration, { secrets: true, all })), { configuration });
      }
    }),
    { numRuns: 300 },
  );
});

test("indentation, blank lines, comments, line ends and the case of keywords change nothing", (t) => {
  const filler = fc.constantFrom("", " ", "\t", "\n", "\r\n", "! a comment\n", "  # another\r");
  fc.assert(
    fc.property(configurations, fc.infiniteStream(filler), (configuration, fillers) => {
      const typed = renderConfiguration(configuration)
        .split("\n")
        .map((line) => fillers.next().value + line.replace(/^ *\S+/, (first) => first.toUpperCase()));
      t.deepEqual(parseConfiguration(typed.join("\r\n")), { configuration });
    }),
  );
});

test("the order of blocks, and of the addresses in a zone, changes nothing", (t) => {
  fc.assert(
    fc.property(configurations, (configuration) => {
      const [, hostname, ...blocks] = renderConfiguration(configuration).split(/^!\n/m);
      const turned = blocks
        .slice(0, -1)
        .reverse()
        .map((block) => block.replace(/( ip .*\n)+/, reversedLines));
      const typed = [hostname, ...turned.map((block) => (block.includes("\n ") ? `${block}exit\n` : block))].join("");
      t.deepEqual(parseConfiguration(typed), { configuration });
    }),
  );
});

function reversedLines(text: string): string {
  return text
    .split(/(?<=\n)/)
    .reverse()
    .join("");
}
