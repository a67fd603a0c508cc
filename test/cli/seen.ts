// What is seen of the keys of a transcript, in each of their folders.
import type { ExecutionContext } from "ava";
import type { Level } from "../../mgmt/level.ts";
import { keystrokes } from "./keystrokes.ts";
import { onPaper } from "./paper.ts";
import { realAppliance } from "./real-appliance.ts";
import { screenAfter } from "./screen.ts";
import { answerTo, parts } from "./stage.ts";

export const folders: Readonly<Record<string, (transcript: string, t: ExecutionContext) => Promise<string>>> = {
  /** Somebody without escape sequences, at level 15 or what the first line says: `! level 5`. */
  async transcripts(transcript) {
    const [, level = "15"] = /^! level (\d+)\n/.exec(transcript) ?? [];
    return onPaper(await answerTo(keystrokes(transcript), parts(Number(level) as Level)));
  },

  /** A person at a terminal of 80 columns, or what the first line says: `! 40 columns`. */
  screens(transcript) {
    const [, columns = "80"] = /^! (\d+) columns\n/.exec(transcript) ?? [];
    return screenAfter(keystrokes(transcript), Number(columns));
  },

  /** People one after the other, at one appliance with everything that can be typed: each begins with `== NAME, level N`. */
  async configuring(transcript, t) {
    const appliance = await realAppliance(t);
    const seen: string[] = [];
    for (const turn of transcript.split(/^(?=== )/m)) {
      const [, head = "", user = "", level, keys = ""] = /^(== (\w+), level (\d+)\n)(.*)$/s.exec(turn) ?? [];
      seen.push(head, onPaper(await answerTo(keystrokes(keys), appliance(user, Number(level) as Level))));
    }
    return seen.join("");
  },
};
