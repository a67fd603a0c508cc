// Whatever is typed, in whatever pieces: a session neither crashes nor hangs, and goes on to answer.
import test from "ava";
import fc from "fast-check";
import { until } from "../daemon/parts.ts";
import { parts, stage } from "./stage.ts";

/** What is typed often, so that something happens: commands, modes, questions, pages, keys. */
const plausible = fc.constantFrom(
  ..."show lines 50\r|terminal length 5\r|configure terminal\r|zone east\r|ip 192.0.2.0/24\r|no ".split("|"),
  ..."do show zones |enable 10\r|disable 5\r|monitor nothing\r|test fault\r|show zones".split("|"),
  ...[
    " | include ",
    " | json\r",
    '"',
    "?",
    "\t",
    "\x16",
    "\r\n",
    "\x1b[A",
    "\x1b[",
    "\x12show",
    "\x03",
    "\x1a",
    " ",
    "q",
  ],
);

/** No Ctrl-D, which ends a session. */
const bytes = fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array.filter((byte) => byte !== 4)));

const typing = fc.array(
  fc.oneof(
    plausible.map((text) => Buffer.from(text)),
    bytes,
  ),
  { maxLength: 30 },
);

/** Ends what runs and what is typed, as a person does who wants to know where he is. */
const WHERE_AM_I = "\x03\r\x03\x1ashow privilege\r";

for (const plain of [true, false]) {
  test(`a session goes on to answer whatever was typed at its ${plain ? "plain discipline" : "editor"}`, async (t) => {
    const property = fc.asyncProperty(
      typing,
      fc.infiniteStream(fc.integer({ min: 1, max: 20 })),
      async (keys, sizes) => {
        const faults: unknown[] = [];
        const { session, input, output } = stage(parts(15, faults), { plain, interactive: !plain });
        let said = "";
        output.setEncoding("utf8").on("data", (text) => (said += text));
        /** By chance: `q` is short for quit. */
        let isOver = false;
        const ended = session.run().then(() => {
          isOver = true;
        });
        for (let rest = Buffer.concat(keys); rest.length > 0; ) {
          const size = sizes.next().value ?? 1;
          input.write(rest.subarray(0, size));
          rest = rest.subarray(size);
          await new Promise(setImmediate);
        }
        const before = said.length;
        await until("it answers", async () => {
          input.write(WHERE_AM_I);
          await new Promise(setImmediate);
          return isOver || /Current privilege level is \d+\r\n/.test(said.slice(before));
        });
        input.end();
        await ended;
        t.true(faults.every((fault) => String(fault) === "Error: x is undefined"));
      },
    );
    await fc.assert(property, { numRuns: 150 });
    t.pass();
  });
}
