// What is measured of an appliance that knows so many subscribers by name, in the order in which it is measured.
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../lab/process.ts";
import { addressOf, mappingsEach, nameOf } from "./population.ts";
import { type Activity, Figures, type Row, type RowName, stallOf } from "./rows.ts";
import { fastPathMemory, recordsFor, type Stand, smallLab } from "./stand.ts";

const rounds = 5;
const loads = 3;

/** Of one round: some seconds. */
const requests = 40_000;

/** After it has begun, until nothing is left to collect of its start. */
const restMs = 15_000;

/** A minute's usage is told when the minute is over. */
const usageSeconds = 150;

const lineCard = "show interface LineCard 0 subscriber";

export class Measurement {
  /** Sentences about what the rows do not say. */
  readonly notes: string[] = [];
  readonly #stand: Stand;
  readonly #subscribers: number;
  readonly #figures = new Figures();

  constructor(stand: Stand, subscribers: number) {
    this.#stand = stand;
    this.#subscribers = subscribers;
  }

  async run(): Promise<Row[]> {
    await this.#measureMemory();
    for (let load = 0; load < loads; load++) await this.#load(load);
    for (let round = 0; round < rounds; round++) await this.#replay();
    await this.#stand.startTraffic();
    for (let round = 0; round < rounds; round++) await this.#updates();
    await this.#askAbout();
    await this.#stand.stopTraffic();
    await this.#rest();
    return this.#figures.rows();
  }

  /** Two fast paths for different numbers of records, and otherwise alike. */
  async #measureMemory(): Promise<void> {
    const few = 65_536;
    const lab = await smallLab(few);
    const small = await fastPathMemory(lab);
    await lab.stop();
    const large = await fastPathMemory(this.#stand.lab);
    const record = (large - small) / (recordsFor(this.#subscribers) - few);
    this.#figures.add("fast path, a subscriber", record * (1 + mappingsEach));
  }

  async #load(load: number): Promise<void> {
    if (load > 0) {
      await this.#peak();
      await this.#stand.newFastPath();
      await this.#stand.newDaemon({ forget: true });
    }
    await this.#stand.writeCsv();
    await this.#during("CSV load", () => this.#timed("CSV load", 1000, () => this.#stand.load()));
    await this.#stand.whole();
  }

  async #replay(): Promise<void> {
    await this.#stand.newFastPath();
    await this.#during("replay", () => this.#timed("replay", 1000, () => this.#stand.whole()));
  }

  async #updates(): Promise<void> {
    const told = await this.#during("RADIUS updates", () => this.#stand.radius(requests));
    if (told.wrong > 0) throw new Error(`${told.wrong} answers to accounting requests are wrong`);
    this.#figures.add("RADIUS updates", told.perSecond);
    const [median, longest] = [told.medianMs, told.longestMs].map(Math.round);
    this.notes.push(
      `RADIUS updates: answered after ${median} ms (median), ${longest} ms (longest); ${told.repeated} repeated`,
    );
  }

  async #askAbout(): Promise<void> {
    const top = "show report top-subscribers service discard metric sessions period 1m";
    const isTold = () => this.#stand.type(top).then((said) => /\d+\.\d+/.test(said));
    await until("a minute is over", isTold, { timeoutSeconds: usageSeconds });
    for (let round = 0; round < rounds; round++) {
      const number = Math.floor(Math.random() * this.#subscribers);
      await this.#during("shows", async () => {
        await this.#typed("show subscriber ip", `${lineCard} ip ${addressOf(number)}`, nameOf(number));
        await this.#typed("show subscriber name", `${lineCard} name "${nameOf(number)}"`, addressOf(number));
      });
      await this.#during("counts and tops", async () => {
        await this.#typed("show subscriber amount", `${lineCard} amount`, String(this.#subscribers));
        await this.#typed("show top-subscribers", top, "line-");
      });
    }
  }

  async #rest(): Promise<void> {
    await this.#peak();
    await this.#stand.newDaemon({ forget: false });
    await delay(restMs);
    const { now } = await this.#stand.memory();
    this.#figures.add("daemon at rest", now);
  }

  /** Of the daemon's process that is about to end. */
  async #peak(): Promise<void> {
    this.#figures.add("daemon at its peak", (await this.#stand.memory()).peak);
  }

  /** Types a line whose answer must contain `answer`. */
  async #typed(name: RowName, line: string, answer: string): Promise<void> {
    const said = await this.#timed(name, 1, () => this.#stand.type(line));
    if (!said.includes(answer)) throw new Error(`"${line}" does not say ${answer}: ${said}`);
  }

  /** `unit`: in milliseconds. */
  async #timed<T>(name: RowName, unit: number, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    this.#figures.add(name, (performance.now() - began) / unit);
    return result;
  }

  async #during<T>(activity: Activity, work: () => Promise<T>): Promise<T> {
    await this.#stand.stall();
    const result = await work();
    this.#figures.add(stallOf(activity), await this.#stand.stall());
    return result;
  }
}
