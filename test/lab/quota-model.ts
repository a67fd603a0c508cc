// A naive model of what the fast path must remember of its subscribers through its own death: how many sessions each opened in
// the period that runs, and whether his breach was told. What a killed process had in hand may have been judged or not, so a
// subscriber can be in one of several states; what he does later tells which.
import type { Adoption, BreachRecord } from "../../mgmt/engine/region_data.ts";

/** What became of an opening: it came out, it was judged and did not, or a killed process had it in hand. */
export type Fate = "passed" | "refused" | "in-flight";

interface State {
  /** There is a record of him. */
  readonly known: boolean;
  /** Sessions counted in the period. */
  readonly counted: number;
  /** His breach was told. */
  readonly told: boolean;
}

const unseen: State = { known: false, counted: 0, told: false };

/** A state's part as a number. */
type Part = (state: State) => number;

const counted: Part = (state) => state.counted;
const adopted = {
  subscribers: ({ known }) => Number(known),
  watches: (state) => Number(state.counted > 0),
  breached: ({ told }) => Number(told),
} satisfies Record<string, Part>;

const least = (states: readonly State[], part: Part) => Math.min(...states.map(part));
const most = (states: readonly State[], part: Part) => Math.max(...states.map(part));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function distinct(states: readonly State[]): State[] {
  return [...new Map(states.map((state) => [JSON.stringify(state), state])).values()];
}

export class QuotaModel {
  #threshold: number;
  readonly #subscribers = new Map<string, readonly State[]>();

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** The sessions that the policy in force allows. */
  get threshold(): number {
    return this.#threshold;
  }

  /** Another policy, while periods run: the breach of who counted fewer is over as soon as a sweep, or a session of his, finds it. */
  allow(threshold: number): void {
    this.#threshold = threshold;
    for (const [address, states] of this.#subscribers) {
      const over = states.filter(({ told, counted }) => told && counted < threshold);
      this.#subscribers.set(address, distinct([...states, ...over.map((state) => ({ ...state, told: false }))]));
    }
  }

  /** Somebody sent something that no detector counts. */
  saw(address: string): void {
    this.#subscribers.set(address, distinct(this.#states(address).map((state) => ({ ...state, known: true }))));
  }

  /** Somebody opened a session of the service. Returns what is wrong with its fate, if it is. */
  opened(address: string, fate: Fate): string | undefined {
    const before = this.#states(address);
    const passed = before.filter((state) => state.counted < this.#threshold).map((state) => this.#counted(state));
    const refused = before
      .filter((state) => state.counted >= this.#threshold)
      .map((state) => ({ ...state, known: true, told: true }));
    const after = { passed, refused, "in-flight": [...before, ...passed, ...refused] }[fate];
    if (after.length === 0)
      return `a session of ${address} ${fate} with ${range(before)} of ${this.#threshold} counted`;
    this.#subscribers.set(address, distinct(after));
    return undefined;
  }

  /** What a process that took over found amiss: its tables against the model's. */
  wrongAdoption(adoption: Adoption): string[] {
    const all = [...this.#subscribers.values()];
    const wrong = Object.entries(adopted).flatMap(([what, part]) => {
      const bounds = [sum(all.map((states) => least(states, part))), sum(all.map((states) => most(states, part)))];
      const found = adoption[what as keyof typeof adopted];
      const right = found >= (bounds[0] ?? 0) && found <= (bounds[1] ?? 0);
      return right ? [] : [`it adopted ${found} ${what}, not ${bounds.join(" to ")}`];
    });
    // A process has one record in hand.
    const half = this.uncertain > 0 ? 1 : 0;
    return adoption.dropped <= half ? wrong : [...wrong, `it dropped ${adoption.dropped} records, not 0 to ${half}`];
  }

  /** What the records of those in breach have amiss. */
  wrongBreaches(records: readonly BreachRecord[]): string[] {
    const found = new Map(records.map((record) => [record.subscriber.address, record.counted]));
    const strangers = [...found.keys()].filter((address) => !this.#subscribers.has(address));
    const wrong = [...this.#subscribers].filter(([address, states]) => !states.some(agreesWith(found.get(address))));
    return [
      ...strangers.map((address) => `${address} is in breach and did nothing`),
      ...wrong.map(([address, states]) => `the record of ${address} says ${found.get(address)}, not ${range(states)}`),
    ];
  }

  /** Those who have opened sessions and may open more. */
  withinQuota(): string[] {
    return this.#select((states) => most(states, counted) > 0 && least(states, counted) < this.#threshold);
  }

  /** Those who may open none. */
  blocked(): string[] {
    return this.#select((states) => least(states, counted) >= this.#threshold);
  }

  /** How many subscribers could be in more than one state. */
  get uncertain(): number {
    return this.#select((states) => states.length > 1).length;
  }

  #select(wanted: (states: readonly State[]) => boolean): string[] {
    return [...this.#subscribers].filter(([, states]) => wanted(states)).map(([address]) => address);
  }

  #states(address: string): readonly State[] {
    return this.#subscribers.get(address) ?? [unseen];
  }

  #counted(state: State): State {
    return { known: true, counted: state.counted + 1, told: state.counted + 1 >= this.#threshold };
  }
}

/** Whether a state is what the records say: a count, or no breach. */
function agreesWith(record: number | undefined): (state: State) => boolean {
  return (state) => (record === undefined ? !state.told : state.told && state.counted === record);
}

function range(states: readonly State[]): string {
  return states.map((state) => `${state.counted}${state.told ? " (in breach)" : ""}`).join(" or ");
}
