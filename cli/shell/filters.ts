// What can follow `|`: filters of an answer's lines.

export interface Filter {
  /** Whether the line goes on. */
  accept(line: string): boolean;
  /** Said when there are no more lines. */
  end?(): string;
}

export type Test = (line: string) => boolean;

export const include = (test: Test): Filter => ({ accept: test });

export const exclude = (test: Test): Filter => ({ accept: (line) => !test(line) });

/** From the first line that passes. */
export function begin(test: Test): Filter {
  let begun = false;
  return { accept: (line) => (begun ||= test(line)) };
}

/** Each line that passes, and the lines below it that are indented deeper. */
export function section(test: Test): Filter {
  let depth = Number.POSITIVE_INFINITY;
  return {
    accept(line) {
      const indent = line.search(/\S|$/);
      if (indent > depth) return true;
      depth = test(line) ? indent : Number.POSITIVE_INFINITY;
      return depth === indent;
    },
  };
}

export function count(): Filter {
  let lines = 0;
  return {
    accept() {
      lines++;
      return false;
    },
    end: () => `${lines}`,
  };
}

/** Whether a line passes them all. */
export function passes(filters: readonly Filter[], line: string): boolean {
  return filters.every((filter) => filter.accept(line));
}

/** What they say at the end, as far as the filters behind each let it through. */
export function endings(filters: readonly Filter[]): string[] {
  return filters.flatMap((filter, index) => {
    const said = filter.end?.();
    return said !== undefined && passes(filters.slice(index + 1), said) ? [said] : [];
  });
}
