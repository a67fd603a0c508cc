// Cuts a stream of text into lines.

/** A line that is longer than it may be, or that the stream's end cut off. */
export class BadLine extends Error {
  override readonly name = "BadLine";
}

/** The lines of a stream, without their newlines. Holds no more than a chunk and `charactersMax`. Throws a BadLine. */
export async function* linesOf(stream: AsyncIterable<string>, charactersMax: number): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of [...lines, rest]) {
      if (line.length >= charactersMax) throw new BadLine(`A line has at most ${charactersMax} characters.`);
    }
    yield* lines;
  }
  if (rest !== "") throw new BadLine("A line ends with a newline.");
}
