// What a person would see of an output without escape sequences: a terminal of paper, on which backspace goes back.

export function onPaper(output: string): string {
  const lines = [""];
  let column = 0;
  for (const character of output) {
    const line = lines.at(-1) ?? "";
    if (character === "\n") lines.push("");
    else if (character === "\r") column = 0;
    else if (character === "\b") column = Math.max(0, column - 1);
    else if (character < " ") throw new Error(`${JSON.stringify(character)} was written: a control character.`);
    else {
      lines[lines.length - 1] = line.slice(0, column) + character + line.slice(column + 1);
      column++;
    }
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}
