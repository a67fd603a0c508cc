// What bodies are made of: texts whose lengths stand before them all.

/** Of a text whose length is one byte. */
export const TEXT_BYTES_MAX = 255;

/** Of whom a request is. */
export interface Subject {
  readonly user: string;
  /** The line that he comes by. */
  readonly port: string;
  /** Where he comes from. */
  readonly from: string;
}

/** RFC 8907 5.1: his fields, each with its longest possible length. */
export function subjectTexts({ user, port, from }: Subject): Buffer[] {
  return [user, port, from].map((text) => Buffer.from(text).subarray(0, TEXT_BYTES_MAX));
}

/** RFC 8907 6.1 and 7.1: `head`, the lengths, then the texts. */
export function requestBody(head: readonly number[], subject: Subject, args: readonly string[]): Buffer {
  const texts = subjectTexts(subject);
  const arg = args.map((text) => Buffer.from(text));
  const lengths = [...lengthsOf(texts), arg.length, ...lengthsOf(arg)];
  return Buffer.concat([Buffer.from([...head, ...lengths]), ...texts, ...arg]);
}

export function lengthsOf(texts: readonly Buffer[]): number[] {
  return texts.map(({ length }) => length);
}

/** The texts of these lengths that `bytes` is made of from `at` on; undefined: it is not made of them, whole. */
export function textsAt(bytes: Buffer, at: number, lengths: readonly number[]): string[] | undefined {
  if (lengths.reduce((sum, length) => sum + length, at) !== bytes.length) return undefined;
  let end = at;
  return lengths.map((length) => {
    end += length;
    return bytes.toString("utf8", end - length, end);
  });
}
