// What is in the cells of a table.

export function figure(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

export function percent(value: number | undefined): string {
  return value === undefined ? "-" : `${value < 0 ? "" : "+"}${(value * 100).toFixed(0)} %`;
}

/** A line of a title and as many cells as there are other widths. */
export function padded([title = "", ...cells]: readonly string[], widths: readonly number[]): string {
  const [titleWidth = 0, ...cellWidths] = widths;
  return [title.padEnd(titleWidth), ...cells.map((cell, i) => cell.padStart(cellWidths[i] ?? 0))].join("");
}
