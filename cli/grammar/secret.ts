// Secrets as they are typed: in clear text, which is seen by nobody, or as they are kept, a hash or a server's key.

import { inspect } from "node:util";
import type { Reading } from "./argument-types.ts";

/** What is shown in a secret's place. It is refused where a secret is expected. */
export const MASK = "********";

/** A secret that somebody typed: `reveal` alone gives it away. */
export class ClearText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** A hash of scrypt in the PHC string format: 2^10 to 2^17 rounds, 16 bytes of salt, 32 of hash. */
const HASH = /^\$scrypt\$ln=1[0-7],r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;

const MASKED = {
  refusal: "That is a mask and no secret: give the secret itself, or a hash from a text that shows secrets.",
};

export function readKey(word: string): Reading<string> {
  if (/^\*+$/.test(word)) return { refusal: "That is a mask and no key: give the key itself." };
  if (/^[67]$/.test(word)) return { refusal: `Keys of type ${word} cannot be read: give the key in clear text.` };
  return /^[!#-~]{8,64}$/.test(word) ? { value: word } : undefined;
}

export function readClearText(word: string): Reading<ClearText> {
  if (/^\*+$/.test(word)) return MASKED;
  if (/^[4578]$/.test(word)) return { refusal: `Secrets of type ${word} are not kept: give the secret in clear text.` };
  if (/^[ !#-~]{1,7}$/.test(word)) return { refusal: "A secret has at least 8 characters: take a longer one." };
  return /^[ !#-~]{8,64}$/.test(word) ? { value: new ClearText(word) } : undefined;
}

export function readHash(word: string): Reading<string> {
  if (/^\*+$/.test(word)) return MASKED;
  return HASH.test(word) ? { value: word } : undefined;
}
