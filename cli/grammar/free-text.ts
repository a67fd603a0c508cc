// Where a line is free text: there `?` is a character like others.

import { cursorAt } from "./cursor.ts";
import type { Language, Prompt } from "./prompt.ts";
import { valuesAt } from "./states.ts";

/** Whether the text ends inside quotes, or inside a secret or an argument that is the rest of the line. */
export function endsInFreeText(language: Language, prompt: Prompt, text: string): boolean {
  if (text.split('"').length % 2 === 0) return true;
  const cursor = cursorAt(language, prompt, text);
  if ("code" in cursor || cursor.typed === "") return false;
  return valuesAt(cursor.states).some(({ token: { type } }) => type.isRest === true || type.mask !== undefined);
}
