import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { printLineError } from "../../cli/grammar/line-error.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import { renderConfiguration } from "../../mgmt/config/render.ts";
import { configurationTable } from "../../mgmt/config/table.ts";
import { configurations } from "./arbitrary.ts";

const MODES = ["global", "zone", "service", "package", "mass-mailing", "linecard", "vty"];
const VALUES = ["0", "7", "99999999999999999999", '"x"', '"', "10.0.0.0/8", "::/0", "10.0.0.0:0xff000000", "25,", "-1"];

const words = MODES.flatMap((mode) => configurationTable.commandsIn(mode)).flatMap(({ syntax }) =>
  syntax.split(/[\s<>[\]:|]+/),
);
const word = fc.oneof(
  fc.constantFrom(...words, ...VALUES),
  fc.constantFrom(...words).map((text) => text.slice(0, 2)),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const lines = fc.array(
  fc.array(word, { maxLength: 10 }).map((each) => each.join(" ")),
  { maxLength: 20 },
);

/** Either a configuration that stays the same when it is printed and read, or errors that each point into a line. */
function answersWell(t: ExecutionContext, text: string) {
  const parsed = parseConfiguration(text);
  if ("configuration" in parsed) {
    t.deepEqual(parseConfiguration(renderConfiguration(parsed.configuration)), parsed);
    return;
  }
  t.true(parsed.errors.length > 0);
  const typed = text.split(/\r\n|\n|\r/);
  for (const error of parsed.errors) {
    const line = typed[error.line - 1] ?? "";
    t.true(error.text === line || line.startsWith(error.text.replace(/\*{8}$/, "")));
    t.true(error.column >= 0 && error.column <= line.length + 1);
    const [, shown, caret, ...sentences] = printLineError(error).split("\n");
    t.is(shown?.length, error.text.length);
    t.is(caret?.indexOf("^"), Math.min(error.column, error.text.length + 1));
    t.true(sentences.length > 0 && sentences.every((sentence) => /^% .*[.'"]/.test(sentence)));
  }
}

test("random words are a configuration or errors with a caret", (t) => {
  fc.assert(
    fc.property(lines, (typed) => answersWell(t, typed.join("\n"))),
    { numRuns: 1000 },
  );
});

test("a configuration that is damaged anywhere is a configuration or errors with a caret", (t) => {
  const damage = fc.record({ at: fc.nat(), cut: fc.nat(20), put: fc.string({ unit: "binary", maxLength: 5 }) });
  fc.assert(
    fc.property(configurations, damage, (configuration, { at, cut, put }) => {
      const text = renderConfiguration(configuration);
      const start = at % text.length;
      answersWell(t, text.slice(0, start) + put + text.slice(start + cut));
    }),
    { numRuns: 300 },
  );
});

test("what a terminal would obey or hide is not shown in an error", (t) => {
  const parsed = parseConfiguration("\uFEFFhostname \u001B[2Jx\u0007");
  t.deepEqual("errors" in parsed && parsed.errors.map((error) => printLineError(error).split("\n")[1]), [
    "?hostname ?[2Jx?",
  ]);
});

test("a line of a million characters and a file of ten thousand wrong lines are refused", (t) => {
  answersWell(t, `hostname ${"x".repeat(1_000_000)}`);
  answersWell(t, `zone ${'"'.repeat(1_000_000)}`);
  answersWell(t, "detect ".repeat(100_000));
  const parsed = parseConfiguration("zone a b\n".repeat(10_000));
  t.is("errors" in parsed && parsed.errors.length, 10_000);
});
