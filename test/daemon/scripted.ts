// A daemon whose fast path tells a given number of breaches, each its start and its end, and goes on behind what the store has.
// It is a process of its own, to be killed.
import { setTimeout as delay } from "node:timers/promises";
import { App } from "../../mgmt/app.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { outputText } from "../../mgmt/log/line.ts";
import { Log } from "../../mgmt/log/log.ts";
import { Store } from "../../mgmt/store/store.ts";
import { NameStore } from "../../mgmt/subscribers/names/store.ts";
import { UsageHistory } from "../../mgmt/usage/history.ts";
import { breachFacts, ended, machine, record, region, started } from "./parts.ts";

const [directory = "", count = "0"] = process.argv.slice(2);
const breaches = Number(count);

/** Event 2n+1 is the start of breach n, event 2n+2 its end. */
function eventOf(sequence: number) {
  const breach = Math.ceil(sequence / 2);
  const subscriber = { ...breachFacts().subscriber, address: `10.9.${breach >> 8}.${breach & 255}` };
  return sequence % 2 === 1 ? started(sequence, { subscriber }) : ended(sequence, { subscriber });
}

const engine = new FakeEngine();
engine.now = 1_000_000;
const clock = { now: Date.now, nowMs: () => engine.nowMs() };
const app = new App(
  { runDirectory: directory, stateDirectory: directory, configuration: `${directory}/startup-config` },
  {
    engine,
    store: new Store(),
    history: new UsageHistory(),
    names: new NameStore(),
    clock,
    bootId: "boot-1",
    machine,
    restart: () => {},
    log: new Log({ clock, write: (line) => process.stdout.write(`${outputText(line)}\n`) }),
  },
);
await app.start();
const [place] = engine.after;
let sequence = place?.sequence ?? 0;
engine.breaches = sequence % 2 === 1 ? [record({ subscriber: eventOf(sequence).subscriber })] : [];
engine.attach(region({ generation: 1 }));
for (; sequence < 2 * breaches; sequence++) {
  engine.happen(eventOf(sequence + 1));
  engine.breaches = sequence % 2 === 0 ? [record({ subscriber: eventOf(sequence + 1).subscriber })] : [];
  if (sequence % 20 === 0) await delay(1);
}
await delay(300);
await app.stop();
