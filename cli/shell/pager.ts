// Shows lines, a page at a time when a person reads them.

import type { Keys } from "./keys.ts";
import type { Output } from "./output.ts";

/** Characters that are gathered before they are sent. */
const CHUNK = 8192;

const MORE = " --More-- ";

export interface Page {
  /** Lines of a page; 0: everything is shown at once. */
  readonly length: number;
  /** Columns, beyond which a line takes another row; 0: no limit. */
  readonly width: number;
}

export class Pager {
  readonly #keys: Keys;
  readonly #output: Output;
  readonly #page: Page;
  #gathered = "";
  /** That still fit on the page. */
  #rows = 0;

  constructor(keys: Keys, output: Output, page: Page) {
    this.#keys = keys;
    this.#output = output;
    this.#page = page;
    this.newPage();
  }

  /** What follows begins at the top of a page. */
  newPage(): void {
    this.#rows = this.#page.length - 1;
  }

  /** False: the reader wants no more. */
  async show(line: string): Promise<boolean> {
    const { length, width } = this.#page;
    const rows = width > 0 ? Math.max(1, Math.ceil(line.length / width)) : 1;
    if (length > 0 && this.#rows < rows && !(await this.#more())) return false;
    this.#rows -= rows;
    this.#gathered += `${line}\r\n`;
    if (this.#gathered.length >= CHUNK) await this.flush();
    return true;
  }

  /** Sends what was gathered. */
  async flush(): Promise<void> {
    const text = this.#gathered;
    this.#gathered = "";
    await this.#output.write(text);
  }

  /** Whether the reader wants more. */
  async #more(): Promise<boolean> {
    await this.flush();
    await this.#output.write(MORE);
    const rows = await this.#rowsWanted();
    const { length } = MORE;
    await this.#output.write("\b".repeat(length) + " ".repeat(length) + "\b".repeat(length));
    this.#rows = rows;
    return rows > 0;
  }

  async #rowsWanted(): Promise<number> {
    const key = await this.#keys.next();
    if (key?.chord === " ") return this.#page.length - 1;
    if (key?.chord === "return" || key?.chord === "enter") return 1;
    // As in IOS: any other key ends it, and is the first of the next line.
    if (key && key.chord !== "q" && key.chord !== "ctrl-c") this.#keys.putBack(key);
    return 0;
  }
}
