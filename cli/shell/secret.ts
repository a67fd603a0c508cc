// Reads what must not be seen.

import type { Keys } from "./keys.ts";
import { LINE_MAX } from "./line-discipline.ts";
import type { Output } from "./output.ts";

/** Undefined: the person went away, or gave up. */
export async function readHidden(keys: Keys, output: Output, prompt: string): Promise<string | undefined> {
  await output.write(prompt);
  let text = "";
  for (let key = await keys.next(); key; key = await keys.next()) {
    const done = key.chord === "return" || key.chord === "enter";
    if (done || key.chord === "ctrl-d") {
      await output.write("\r\n");
      return done ? text : undefined;
    }
    if (key.chord === "backspace") text = [...text].slice(0, -1).join("");
    else if (key.chord === "ctrl-u") text = "";
    else if (text.length < LINE_MAX) text += key.text;
  }
  return undefined;
}
