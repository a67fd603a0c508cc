// Help of the words of commands that read or write a file, in `interface LineCard 0`.

const fileHelp = {
  ...{ "csv-file": "In the SCE's form", "<file>": "Its name, in the daemon's directory for such files" },
} as const;

export const importHelp = { import: "Take from a file", ...fileHelp } as const;
export const exportHelp = { export: "Write into a file", ...fileHelp } as const;
