// Ctrl-R: looks back through the lines typed before for one that contains what is typed now.

import type { Interface } from "node:readline";
import type { Key } from "./keys.ts";
import type { LineRequest } from "./line-discipline.ts";

export class HistorySearch {
  readonly #editor: Interface;
  readonly #request: LineRequest;
  /** What stood in the line before. */
  readonly #before: string;
  #wanted = "";
  /** Of the line that is shown; the history's length: none. */
  #index: number;

  constructor(editor: Interface, request: LineRequest) {
    this.#editor = editor;
    this.#request = request;
    this.#before = editor.line;
    this.#index = request.history.length;
    this.#draw();
  }

  /** Accepted: its line stands, and the key is for the line. Given up: what stood there before is there again. */
  press({ chord, text }: Key): "goes on" | "accepted" | "given up" {
    if (chord === "ctrl-r") this.#find(this.#index - 1);
    else if (chord === "backspace") this.#want(this.#wanted.slice(0, -1));
    else if (text !== "") this.#want(this.#wanted + text);
    else return this.#end(chord === "ctrl-g" || chord === "escape" ? "given up" : "accepted");
    return "goes on";
  }

  #want(wanted: string): void {
    this.#wanted = wanted;
    this.#find(this.#request.history.length - 1);
  }

  /** The latest line from `last` back that contains what is wanted; if there is none, nothing changes. */
  #find(last: number): void {
    const found =
      last < 0
        ? -1
        : this.#request.history.findLastIndex((line, index) => index <= last && line.includes(this.#wanted));
    if (found >= 0) this.#index = found;
    this.#draw();
  }

  #draw(): void {
    this.#editor.setPrompt(`(search back) ${this.#wanted}: `);
    this.#put(this.#request.history[this.#index] ?? this.#before);
  }

  #end<End extends "accepted" | "given up">(end: End): End {
    this.#editor.setPrompt(this.#request.prompt);
    this.#put(end === "accepted" ? this.#editor.line : this.#before);
    return end;
  }

  #put(line: string): void {
    this.#editor.write(null, { ctrl: true, name: "e" });
    this.#editor.write(null, { ctrl: true, name: "u" });
    this.#editor.write(line);
    this.#editor.prompt(true);
  }
}
