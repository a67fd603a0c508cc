// Keys written readably, as transcripts have them: text is typed as it stands, each newline is Enter, and keys have names.
import type { Level } from "../../mgmt/level.ts";

const names: Readonly<Record<string, string>> = {
  tab: "\t",
  enter: "\r",
  crlf: "\r\n",
  newline: "\n",
  nul: "\0",
  backspace: "\b",
  del: "\x7f",
  esc: "\x1b",
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  home: "\x1b[H",
  end: "\x1b[F",
  "ctrl-left": "\x1b[1;5D",
  "ctrl-right": "\x1b[1;5C",
  lt: "<",
};

/** The keys of a screen, and how wide it is: 80 columns, or what its first line says, `! 40 columns`. */
export function screenSceneOf(transcript: string): [keys: string, columns: number] {
  return [keystrokes(transcript), Number(/^! (\d+) columns\n/.exec(transcript)?.[1] ?? 80)];
}

/** The keys of a transcript, and the level of the one who types them: 15, or what its first line says, `! level 5`. */
export function sceneOf(transcript: string): [keys: string, level: Level] {
  const level = Number(/^! level (\d+)\n/.exec(transcript)?.[1] ?? 15) as Level;
  return [keystrokes(transcript), level];
}

/** `<tab>`, `<ctrl-c>`, `<alt-b>`, `<up>`; a newline behind a backslash is no Enter. */
function keystrokes(text: string): string {
  return text.replaceAll("\\\n", "").replace(/<([a-z-]+)>/g, (_, name: string) => keyNamed(name));
}

function keyNamed(name: string): string {
  const [, modifier, letter = ""] = /^(ctrl|alt)-([a-z])$/.exec(name) ?? [];
  if (modifier === "alt") return `\x1b${letter}`;
  if (modifier === "ctrl") return String.fromCharCode(letter.charCodeAt(0) - 96);
  const sequence = names[name];
  if (sequence === undefined) throw new Error(`No key is called <${name}>.`);
  return sequence;
}
