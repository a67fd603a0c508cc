import test from "ava";
import fc from "fast-check";
import { jsonLines } from "../../cli/shell/json-lines.ts";
import { answerTo, parts } from "./stage.ts";

test("JSON made line by line is the JSON that is made whole", (t) => {
  const data = fc.jsonValue({ depthSize: "medium" });
  fc.assert(fc.property(data, (value) => [...jsonLines(value)].join("\n") === JSON.stringify(value, undefined, 2)));
  t.deepEqual([...jsonLines({ left: undefined, right: [undefined] })], ["{", '  "right": [', "    null", "  ]", "}"]);
});

test("a pattern that takes other engines for ever is answered", async (t) => {
  const line = `show lines 1 | include (line|line|1 of)*${"(.*)*".repeat(20)}x\n`;
  t.is((await answerTo(line, parts(15))).replaceAll("\r\n", "\n"), `postern#${line}postern#\n`);
});

test("a long answer of which nothing is shown lets others have their turn", async (t) => {
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  t.teardown(() => clearInterval(counting));
  const said = await answerTo("show lines 300000 | exclude line | count\n", parts(15));
  t.regex(said, /\r\n0\r\n/);
  t.true(turns > 20, `${turns} turns`);
});
