// Keys written readably, as transcripts have them: text is typed as it stands, each newline is Enter, and keys have names.

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

/** `<tab>`, `<ctrl-c>`, `<alt-b>`, `<up>`; a newline behind a backslash is no Enter. */
export function keystrokes(text: string): string {
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
