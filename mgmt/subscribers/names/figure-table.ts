// How many names and mappings there are, in their file: kept with every change, because to count a million takes seconds.

import type Database from "better-sqlite3";
import type { NameFigures } from "./figures.ts";

const kept = ["names", "fixed", "idle", "forgotten", "addresses", "ranges", "tags"] as const;

export interface FigureTable {
  get(): Pick<NameFigures, (typeof kept)[number]>;
  /** What differs from `before`. */
  save(figures: NameFigures, before: NameFigures): void;
}

export function figureTable(database: Database.Database): FigureTable {
  const all = database.prepare<[], [string, number]>("SELECT what, count FROM figures").raw();
  const put = database.prepare<[string, number]>("INSERT OR REPLACE INTO figures VALUES (?, ?)");
  return {
    get() {
      const counts = new Map(all.all());
      const [names = 0, fixed = 0, idle = 0, forgotten = 0, addresses = 0, ranges = 0, tags = 0] = kept.map((what) =>
        counts.get(what),
      );
      return { names, fixed, idle, forgotten, addresses, ranges, tags };
    },
    save(figures, before) {
      for (const what of kept) if (figures[what] !== before[what]) put.run(what, figures[what]);
    },
  };
}
