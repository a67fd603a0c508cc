// A text of several lines that is typed on one: `\n` in it begins a line.

import type { Reading } from "./argument-types.ts";

const LENGTH_MAX = 512;

/** As IOS has it, between two signs of the operator's choice that are nowhere in it, or two `^C`; ours is one line. */
const DELIMITED = /^(?:\^C(.*)\^C|([^\w\s"])((?:(?!\2).)+)\2)$/;

/** The first of them, and nothing or more on the lines that follow. */
const OPENED = /^(\^C.*|[^\w\s"])$/;

/** With line feeds where lines begin. A whole in quotes is what is inside them. */
export function readBanner(rest: string): Reading<string> {
  const [, shown, , chosen] = DELIMITED.exec(rest) ?? [];
  const inner = shown ?? chosen ?? rest;
  if (OPENED.test(inner)) return { refusal: "Type the text on this line: \\n in it begins another." };
  const [, text = inner] = /^"([^"]*)"$/.exec(inner) ?? [];
  const value = text.replaceAll("\\n", "\n");
  return isBanner(value) && value !== "" ? { value } : undefined;
}

export function printBanner(banner: string): string {
  return `"${banner.replaceAll("\n", "\\n")}"`;
}

/** Whether it can be typed, or is empty. */
export function isBanner(text: string): boolean {
  return text.length <= LENGTH_MAX && /^[\n !#-~]*$/.test(text) && !text.includes("\\n");
}
