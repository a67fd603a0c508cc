// The book against a model: whatever is lost on the way, each breach is one row, begun once and ended once.
import test from "ava";
import fc from "fast-check";
import { BreachBook, type Notice } from "../../mgmt/breaches/book.ts";
import type { Breach, DetectorName } from "../../mgmt/breaches/breach.ts";
import type { EngineEvent } from "../../mgmt/engine/region_data.ts";
import { bookContext, ended, record, started } from "./parts.ts";

const REGION = "region-1";
const PERIOD_MS = 60_000;

/** What happens to one of a few subscribers, or to the daemon. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ what: fc.constant("breach" as const), host: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("events" as const), lost: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("restart" as const), late: fc.boolean() }) },
);

/** A fast path, and a daemon whose book is saved at once; the truth beside them. */
class Play {
  readonly notices: Notice[] = [];
  readonly truth = new Map<string, boolean>();
  rows = new Map<number, Breach>();
  #now = 1;
  #sequence = 0;
  #events: EngineEvent[] = [];
  #open = new Map<number, number>();
  #book = this.#openBook();

  /** A host's next period reaches its quota, or the one that goes on ends. */
  breach(host: number): void {
    this.#now += PERIOD_MS;
    const going = this.#open.get(host);
    if (going === undefined) {
      this.#open.set(host, this.#now);
      this.truth.set(`${host} ${this.#now}`, true);
      this.#events.push(started(++this.#sequence, { host, periodStartedMs: this.#now }));
    } else {
      this.#open.delete(host);
      this.truth.set(`${host} ${going}`, false);
      this.#events.push(ended(++this.#sequence, { host, periodStartedMs: going }));
    }
  }

  /** The daemon reads what there is; the ring lost the oldest. */
  events(lost: number): void {
    const gone = this.#events.splice(0, lost);
    this.#take();
    if (gone.length > 0) this.#look();
  }

  /**
   * The daemon is killed, with nothing unsaved, and another one begins. `late`: the events that it has not read happen after it
   * looked for events, and before it reads the records.
   */
  restart(late: boolean): void {
    this.#book = this.#openBook();
    if (!late) this.#take();
    this.#look();
  }

  #openBook(): BreachBook {
    const book = new BreachBook(bookContext);
    book.follow(structuredClone([...this.rows.values()].filter(({ endEvent }) => endEvent === null)));
    return book;
  }

  #take(): void {
    this.notices.push(...this.#book.events(REGION, this.#events.splice(0)));
    this.#save();
  }

  #look(): void {
    const records = [...this.#open].map(([host, periodStartedMs]) => record({ host, periodStartedMs }));
    const missing = this.#book.missing(REGION, records);
    this.notices.push(...this.#book.records(REGION, records));
    this.#take();
    this.notices.push(...this.#book.conclude(missing, REGION, this.#now));
    this.#save();
  }

  #save(): void {
    for (const breach of this.#book.takeUnsaved()) {
      breach.id ??= this.rows.size + 1;
      this.rows.set(breach.id, structuredClone(breach));
    }
  }
}

const nameOf = ({ subscriber, periodStartedMs }: Breach) =>
  `${subscriber.address.replace("10.30.94.", "")} ${periodStartedMs}`;

test("whatever events are lost and however often the daemon is killed, a breach is one row, one start and one end", (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const play = new Play();
      for (const each of steps) {
        if (each.what === "breach") play.breach(each.host);
        else if (each.what === "events") play.events(each.lost);
        else play.restart(each.late);
      }
      play.events(0);
      play.restart(false);

      const rows = [...play.rows.values()];
      const names = rows.map(nameOf);
      t.is(new Set(names).size, names.length, "no breach has two rows");
      for (const row of rows) {
        t.true(play.truth.has(nameOf(row)), "no row is made up");
        t.is(row.endedAt === null, play.truth.get(nameOf(row)) === true, "a row goes on while its breach does");
        t.true(row.endedAt === null || row.endedAt <= row.untilAt);
      }
      const open = [...play.truth].filter(([, goesOn]) => goesOn).map(([name]) => name);
      t.true(
        open.every((name) => names.includes(name)),
        "no breach that goes on is missed",
      );
      for (const kind of ["started", "ended"] as const) {
        const told = play.notices.filter((notice) => notice.kind === kind).map(({ breach }) => nameOf(breach));
        const wanted = rows.filter(({ endedAt }) => kind === "started" || endedAt !== null).map(nameOf);
        t.deepEqual(told.toSorted(), wanted.toSorted(), `each has ${kind} once`);
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});

test("a breach is named by the configuration that it was declared under, though another is in force when that is read", (t) => {
  const name: DetectorName = {
    ...{ package: 0, packageName: null, service: "smtp", signal: "sessions", periodSeconds: 60 },
    ...{ window: "fixed", holdSeconds: 0, count: "attempts", actions: ["report"], threshold: 1000 },
  };
  const book = new BreachBook({
    ...bookContext,
    revisionOf: (_, generation) => (generation === 7 ? 3 : null),
    nameOf: (_, revision) => (revision === 3 ? { ...name, threshold: 10, actions: ["report", "block"] } : name),
  });
  const [told] = book.events(REGION, [started(1, { generation: 7 })]);
  t.like(told?.breach.name, { threshold: 10, actions: ["report", "block"] });
  book.records(REGION, [record({ host: 67 })]);
  book.events(REGION, [started(2, { host: 67, generation: 7 })]);
  t.deepEqual(
    book.takeUnsaved().map(({ name }) => name?.threshold),
    [10, 10],
  );
});

test("nothing is followed for ever: an end that was concluded is forgotten when its event is an hour late", (t) => {
  const book = new BreachBook(bookContext);
  book.events(REGION, [started(1)]);
  book.conclude(book.missing(REGION, []), REGION, 200_000);
  book.takeUnsaved();
  t.deepEqual(book.events(REGION, [ended(2)]), [], "not yet: the end completes the row");

  book.events(REGION, [started(3, { periodStartedMs: 300_000 })]);
  book.conclude(book.missing(REGION, []), REGION, 400_000);
  book.conclude([], REGION, 400_000 + 3_600_001);
  t.is(book.events(REGION, [ended(4, { periodStartedMs: 300_000 })]).length, 2, "then it is another breach's");
});
