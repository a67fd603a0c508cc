// `npm run fuzz -- SECONDS [TARGET]`: runs the fuzz targets, or one of them, for so long. What reaches something new is kept in
// build-fuzz/corpus and is where the next run starts; what ends with a report is told with how to see it again.
import { crashNotes, type FuzzTarget, fuzz, fuzzTargets, prepareFuzzing, someAtOnce } from "./test/fuzz.ts";

const TELL_MS = 5000;

interface Wish {
  readonly seconds: number;
  readonly targets: readonly FuzzTarget[];
}

function readArguments([seconds = "", target, ...more]: readonly string[]): Wish | undefined {
  const targets = fuzzTargets.filter((name) => target === undefined || name === target);
  if (!/^[1-9][0-9]{0,6}$/.test(seconds) || targets.length === 0 || more.length > 0) return undefined;
  return { seconds: Number(seconds), targets };
}

/** From libFuzzer's lines: "#131072 pulse cov: 344 ft: 408 corp: 132/7971b lim: 722 exec/s: 43690 rss: 98Mb"; or as it is. */
function progressOf(text: string): string | undefined {
  const told = [...text.matchAll(/^\d+ inputs, \d+ a second$/gm)].at(-1);
  if (told) return told[0];
  const last = [...text.matchAll(/^#(\d+)\s.*cov: (\d+) .*corp: (\d+).*exec\/s: (\d+)/gm)].at(-1);
  return last && `${last[1]} inputs, ${last[4]} a second; coverage ${last[2]}, corpus ${last[3]}`;
}

async function runTarget(target: FuzzTarget, seconds: number): Promise<boolean> {
  let toldAt = 0;
  let progress = "no input yet";
  const tell = () => console.log(`${target.padEnd(8)}  ${progress}`);
  const onStderr = (text: string) => {
    progress = progressOf(text) ?? progress;
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    tell();
  };
  const finished = await fuzz({ target, seconds, corpus: `build-fuzz/corpus/${target}`, onStderr });
  tell();
  if (finished.ok) return true;
  console.log([`${target} FAILED: ${finished.ending}`, ...crashNotes(target, finished.stderr)].join("\n  "));
  return false;
}

const wish = readArguments(process.argv.slice(2));
if (!wish) {
  console.error(`usage: npm run fuzz -- SECONDS [${fuzzTargets.join("|")}]`);
  process.exitCode = 2;
} else {
  const broken = await prepareFuzzing();
  if (broken) console.error([broken.title, ...broken.notes].join("\n"));
  const good = broken ? [false] : await someAtOnce(wish.targets, (target) => runTarget(target, wish.seconds));
  process.exitCode = good.every(Boolean) ? 0 : 1;
}
