// The rows of `npm run bench:subscribers`, and what is aimed at in each. README.md in the folder above says what each of them is.

export interface Goal {
  readonly name: string;
  readonly unit: "s" | "ms" | "a second" | "bytes" | "MiB";
  readonly goal: number;
}

export interface Row extends Goal {
  readonly best: number;
  readonly median: number;
  readonly worst: number;
  readonly rounds: number;
}

/** What the daemon is watched in for stalls. */
export const activities = ["CSV load", "replay", "RADIUS updates", "shows", "counts and tops"] as const;
export type Activity = (typeof activities)[number];

export const stallOf = (activity: Activity) => `longest stall, ${activity}` as const;

const goals = [
  { name: "CSV load", unit: "s", goal: 30 },
  { name: "replay", unit: "s", goal: 2 },
  { name: "RADIUS updates", unit: "a second", goal: 5000 },
  // ARCHITECTURE.md, "Memory": a name and one and a half mappings, 64 bytes and 11.5 of an index each.
  { name: "fast path, a subscriber", unit: "bytes", goal: 189 },
  { name: "daemon at rest", unit: "MiB", goal: 1024 },
  { name: "daemon at its peak", unit: "MiB", goal: 1024 },
  { name: "show subscriber ip", unit: "ms", goal: 50 },
  { name: "show subscriber name", unit: "ms", goal: 50 },
  { name: "show subscriber amount", unit: "ms", goal: 300 },
  { name: "show top-subscribers", unit: "ms", goal: 300 },
  ...activities.map((activity) => ({ name: stallOf(activity), unit: "ms", goal: 50 }) as const),
] as const satisfies readonly Goal[];

export type RowName = (typeof goals)[number]["name"];

export const isMoreBetter = ({ unit }: Goal) => unit === "a second";

/** Each round's figure of each row. */
export class Figures {
  readonly #figures = new Map<RowName, number[]>();

  add(name: RowName, figure: number): void {
    this.#figures.set(name, [...(this.#figures.get(name) ?? []), figure]);
  }

  rows(): Row[] {
    return goals.flatMap((goal) => {
      const figures = this.#figures.get(goal.name);
      return figures ? [summarise(goal, figures)] : [];
    });
  }
}

function summarise(goal: Goal, figures: readonly number[]): Row {
  const sorted = figures.toSorted((a, b) => (isMoreBetter(goal) ? b - a : a - b));
  const at = (place: number) => sorted.at(place) ?? Number.NaN;
  return { ...goal, best: at(0), median: at(Math.floor(sorted.length / 2)), worst: at(-1), rounds: sorted.length };
}
