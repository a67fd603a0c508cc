// The line discipline of people: node:readline edits and draws the line, with its history, words, kill ring and undo. It is
// given one key at a time, and only those of the line: what was typed ahead waits.
//
// Until a key is pressed that needs it the line is typed plainly: a program that types at a person's terminal, as expect does,
// is shown no escape sequence.

import { createInterface, type Interface, moveCursor } from "node:readline";
import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { HistorySearch } from "./history-search.ts";
import type { Key, Keys } from "./keys.ts";
import { LINE_MAX, type LineDiscipline, type LineRequest, type TypedLine } from "./line-discipline.ts";
import type { Output } from "./output.ts";
import { PlainTyping, typePlainly } from "./plain.ts";
import type { Terminal } from "./terminal.ts";

export class EditorDiscipline implements LineDiscipline {
  readonly #keys: Keys;
  readonly #output: Output;
  readonly #screen: Terminal["output"];

  /** `screen`: where `output` goes. */
  constructor(keys: Keys, output: Output, screen: Terminal["output"]) {
    this.#keys = keys;
    this.#output = output;
    this.#screen = screen;
  }

  async readLine(request: LineRequest): Promise<TypedLine | undefined> {
    const typing = new PlainTyping(request, "completes");
    const typed = await typePlainly(typing, this.#keys, this.#output, isPlain);
    return typed === null ? this.#edit(new Editing(request, this.#screen, typing.line)) : typed;
  }

  async #edit(editing: Editing): Promise<TypedLine | undefined> {
    try {
      for (;;) {
        const key = await this.#keys.next();
        const typed = key ? editing.press(key) : editing.leave();
        await this.#output.drained();
        if (typed !== undefined) return typed ?? undefined;
        // Who types ahead does not keep others from having their turn.
        await turn();
      }
    } finally {
      editing.close();
    }
  }
}

/** Keys that need no editing: text that is one column wide, and what ends a line. */
function isPlain({ chord, text }: Key): boolean {
  return /^[ -~]$/.test(text) || PLAIN_CHORDS.includes(chord);
}

/** The last is NUL, which tools send to see whether the connection is there. */
const PLAIN_CHORDS = ["return", "enter", "ctrl-c", "ctrl-d", "ctrl-z", "ctrl-`"];

/** One line while it is edited. */
class Editing {
  readonly #request: LineRequest;
  readonly #screen: Terminal["output"];
  #editor: Interface;
  #search: HistorySearch | undefined;
  #literal = false;

  /** `typed`: what stands at the cursor already, each character one column wide. */
  constructor(request: LineRequest, screen: Terminal["output"], typed: string) {
    this.#request = request;
    this.#screen = screen;
    const { columns = 80 } = screen;
    const rowsAbove = Math.ceil((request.prompt.length + typed.length) / columns) - 1;
    moveCursor(screen, 0, -rowsAbove);
    this.#editor = this.#show("", 0);
    // One by one, so that they are undone one by one.
    for (const character of typed) this.#editor.write(character);
  }

  close(): void {
    this.#editor.close();
  }

  /** The line when this key ends it; null: nothing more is typed. */
  press(key: Key): TypedLine | null | undefined {
    const searched = this.#search?.press(key);
    if (searched === "goes on") return undefined;
    this.#search = undefined;
    if (searched === "given up") return undefined;
    const literal = this.#literal;
    this.#literal = key.chord === "ctrl-v" && !literal;
    switch (key.chord) {
      case "return":
      case "enter":
        return this.#end("", { text: this.#editor.line, end: "enter" });
      case "ctrl-z":
        return this.#end("^Z", { text: this.#editor.line, end: key.chord });
      case "ctrl-c":
        return this.#end("^C", { text: "", end: key.chord });
      case "ctrl-d":
        return this.#editor.line === "" ? this.#end("", { text: "", end: key.chord }) : this.#edit(key);
      case "ctrl-r":
        this.#search = new HistorySearch(this.#editor, this.#request);
        return undefined;
      case "up":
      case "ctrl-p":
        return this.#goBack(key);
      case "tab":
        return this.#complete();
      case "?":
        return literal || this.#request.endsInFreeText(this.#typed) ? this.#edit(key) : this.#help("?");
      default:
        return this.#edit(key);
    }
  }

  /** Nothing more is typed. */
  leave(): null {
    return this.#end("", null);
  }

  /** What is typed before the cursor. */
  get #typed(): string {
    return this.#editor.line.slice(0, this.#editor.cursor);
  }

  #show(line: string, cursor: number): Interface {
    const editor = createInterface({
      input: new PassThrough(),
      output: this.#screen,
      terminal: true,
      history: this.#request.history.toReversed(),
      prompt: this.#request.prompt,
    });
    editor.prompt();
    editor.write(line);
    for (let back = line.length; back > cursor; back = editor.cursor) editor.write(null, { name: "left" });
    return editor;
  }

  #edit({ text, pressed: [typed, key] }: Key): undefined {
    if (text !== "" && this.#editor.line.length > LINE_MAX) return;
    const acts = key.name !== undefined || UNDO_AND_REDO.includes(key.sequence ?? "");
    if (text !== "" || acts) this.#editor.write(typed as string, key);
  }

  /** Behind the oldest line the editor has an empty one, where IOS stays. */
  #goBack(key: Key): undefined {
    this.#edit(key);
    if (!this.#request.history.includes(this.#editor.line)) this.#editor.write(null, { name: "down" });
  }

  #end<T>(shown: string, typed: T): T {
    this.#editor.write(null, { ctrl: true, name: "e" });
    this.#screen.write(`${shown}\r\n`);
    return typed;
  }

  /** A word that cannot be completed is helped with. */
  #complete(): undefined {
    const typed = this.#typed;
    const { column, text, candidates } = this.#request.complete(typed);
    if (text === typed.slice(column) && candidates.length > 1) return this.#help("");
    for (const _ of typed.slice(column)) this.#editor.write(null, { name: "backspace" });
    this.#editor.write(text);
  }

  #help(shown: string): undefined {
    const { line, cursor } = this.#editor;
    const lines = this.#request.help(this.#typed);
    this.#end(shown, undefined);
    this.#screen.write(lines.map((each) => `${each}\r\n`).join(""));
    this.#editor.close();
    this.#editor = this.#show(line, cursor);
  }
}

/** Ctrl-_ and Ctrl-^: the keys without a name that act. */
const UNDO_AND_REDO = ["\x1f", "\x1e"];
