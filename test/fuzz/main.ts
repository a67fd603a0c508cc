// Runs a decoder's fuzz target for so long: main.ts TARGET SECONDS. Tells how far it is on standard error, as libFuzzer does, and ends
// with an error that shows the least input found that something is not true of.
import fc from "fast-check";
import { dhcpTarget } from "./dhcp.ts";
import { radiusTarget } from "./radius.ts";
import type { DecoderTarget } from "./target.ts";

const targets: Readonly<Record<string, DecoderTarget>> = { radius: radiusTarget, dhcp: dhcpTarget };
const TELL_EVERY = 16_384;

const [name = "", seconds = "0"] = process.argv.slice(2);
const target = targets[name];
if (!target) throw new Error(`There is no target ${name}.`);

const began = performance.now();
let inputs = 0;
const property = fc.property(target.inputs, (bytes) => {
  if (++inputs % TELL_EVERY === 0) tell();
  target.check(bytes);
});
fc.assert(property, {
  ...{ numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: Number(seconds) * 1000 },
  ...{ markInterruptAsFailure: false, ignoreEqualValues: false },
});
tell();

function tell(): void {
  console.error(`${inputs} inputs, ${Math.round((1000 * inputs) / (performance.now() - began))} a second`);
}
