// The line discipline of machines, and of terminals that cannot move a cursor: no escape sequence is ever written. What is
// typed is echoed as it is taken, in order with what is printed: nobody who types ahead is confused.
// People begin each line with it too, as nobody can tell a program that types at their terminals for them from themselves.

import { setImmediate as turn } from "node:timers/promises";
import type { Key, Keys } from "./keys.ts";
import { LINE_MAX, type LineDiscipline, type LineRequest, type TypedLine } from "./line-discipline.ts";
import type { Output } from "./output.ts";

export class PlainDiscipline implements LineDiscipline {
  readonly #keys: Keys;
  readonly #output: Output;
  readonly #tab: "completes" | "blank";

  /** `tab`: what a Tab does. In a file that is piped in it stands between two words. */
  constructor(keys: Keys, output: Output, tab: "completes" | "blank") {
    this.#keys = keys;
    this.#output = output;
    this.#tab = tab;
  }

  async readLine(request: LineRequest): Promise<TypedLine | undefined> {
    const typing = new PlainTyping(request, this.#tab);
    return (await typePlainly(typing, this.#keys, this.#output, () => true)) ?? undefined;
  }
}

/** The line, or undefined when nothing more is typed. Null: the next key is one that this does not suffice for. */
export async function typePlainly(
  typing: PlainTyping,
  keys: Keys,
  output: Output,
  suffices: (key: Key) => boolean,
): Promise<TypedLine | undefined | null> {
  for (;;) {
    let key = keys.take();
    if (!key) {
      await output.write(typing.takeEcho());
      key = await keys.next();
    }
    if (key && !suffices(key)) {
      keys.putBack(key);
      await output.write(typing.takeEcho());
      return null;
    }
    const typed = key ? typing.press(key) : typing.leave();
    if (typed === undefined && key && isCheap(key)) continue;
    await output.write(typing.takeEcho());
    if (typed !== undefined) return typed ?? undefined;
    await turn();
  }
}

/** All other keys take time, or have much to show: who types ahead does not keep others from having their turn. */
function isCheap({ chord, text }: Key): boolean {
  return text !== "" && chord !== "?";
}

/** One line while it is typed. */
export class PlainTyping {
  readonly #request: LineRequest;
  readonly #tab: "completes" | "blank";
  #line = "";
  #echo: string;
  #literal = false;

  constructor(request: LineRequest, tab: "completes" | "blank") {
    this.#request = request;
    this.#tab = tab;
    this.#echo = request.prompt;
  }

  /** What was typed so far. */
  get line(): string {
    return this.#line;
  }

  /** What is to be shown since it was asked last. */
  takeEcho(): string {
    const echo = this.#echo;
    this.#echo = "";
    return echo;
  }

  /** The line when this key ends it; null: nothing more is typed. */
  press({ chord, text }: Key): TypedLine | null | undefined {
    const literal = this.#literal;
    this.#literal = chord === "ctrl-v" && !literal;
    switch (chord) {
      case "return":
      case "enter":
        return this.#end("", { text: this.#line, end: "enter" });
      case "ctrl-z":
        return this.#end("^Z", { text: this.#line, end: chord });
      case "ctrl-c":
        return this.#end("^C", { text: "", end: chord });
      case "ctrl-d":
        return this.#line === "" ? this.#end("", { text: "", end: chord }) : undefined;
      case "backspace":
        return this.#erase(1);
      case "ctrl-u":
        return this.#erase(Number.POSITIVE_INFINITY);
      case "ctrl-w":
        return this.#erase([...this.#line.slice(this.#line.search(/\S*\s*$/u))].length);
      case "tab":
        return this.#tab === "blank" ? this.#insert(" ") : this.#complete();
      case "?":
        return literal || this.#request.endsInFreeText(this.#line) ? this.#insert(text) : this.#help();
      default:
        return this.#insert(text);
    }
  }

  /** Nothing more is typed. */
  leave(): null {
    return this.#end("", null);
  }

  #end<T>(shown: string, typed: T): T {
    this.#echo += `${shown}\r\n`;
    return typed;
  }

  #insert(text: string): undefined {
    if (this.#line.length > LINE_MAX) return;
    this.#line += text;
    this.#echo += text;
  }

  #erase(characters: number): undefined {
    const kept = [...this.#line];
    const erased = kept.splice(-Math.min(characters, kept.length), characters);
    this.#line = kept.join("");
    this.#echo += "\b \b".repeat(erased.length);
  }

  #help(): undefined {
    this.#echo += "?";
    this.#showHelp();
  }

  /** A word that cannot be completed is helped with. */
  #complete(): undefined {
    const { column, text, candidates } = this.#request.complete(this.#line);
    const typed = this.#line.slice(column);
    if (text === typed && candidates.length > 1) return this.#showHelp();
    if (!text.startsWith(typed)) this.#erase(typed.length);
    this.#insert(text.slice(this.#line.length - column));
  }

  #showHelp(): undefined {
    const lines = this.#request.help(this.#line);
    this.#echo += ["", ...lines, this.#request.prompt].join("\r\n") + this.#line;
  }
}
