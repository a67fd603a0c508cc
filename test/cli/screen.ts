// A terminal as xterm draws it, and what a person sees on it in the end, from the first line that scrolled away.
import { PassThrough } from "node:stream";
import xterm from "@xterm/headless";
import { parts, stage } from "./stage.ts";

const rows = 24;

export async function screenAfter(keys: string, columns: number): Promise<string> {
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const output = Object.assign(new PassThrough(), { columns, rows });
  output.setEncoding("utf8").on("data", (text: string) => screen.write(text));
  const { session, input } = stage(parts(15), { output, plain: false, interactive: true });
  input.end(keys);
  await session.run();
  await new Promise<void>((resolve) => output.end(() => screen.write("", resolve)));
  const { buffer } = screen;
  const lines = Array.from({ length: buffer.active.length }, (_, row) => buffer.active.getLine(row));
  return `${lines
    .map((line) => line?.translateToString(true) ?? "")
    .join("\n")
    .trimEnd()}\n`;
}
