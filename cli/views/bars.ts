// Bars of text.

const WIDTH = 30;

/** As long as its share of the longest; one that is not nothing is seen. */
export function bar(value: number, longest: number): string {
  if (value === 0 || longest === 0) return "";
  return "#".repeat(Math.max(1, Math.round((value / longest) * WIDTH)));
}

/** `12.3 %`; what is not nothing does not look like it: `0.0012 %`. */
export function percentText(share: number): string {
  const percent = 100 * share;
  const digits = percent === 0 || percent >= 0.05 ? 1 : Math.ceil(-Math.log10(percent)) + 1;
  return `${percent.toFixed(digits)} %`;
}
