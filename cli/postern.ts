// The command `postern`: questions to the daemon of this machine, captures, and replay of captures.

import { Sentence } from "../mgmt/sentence.ts";
import { breaches } from "./program/breaches.ts";
import { capture } from "./program/capture.ts";
import { usage as captureUsage } from "./program/capture-options.ts";
import { type Command, optionsOf, usage } from "./program/command.ts";
import { typeAt } from "./program/console.ts";
import { exec } from "./program/exec.ts";
import { load } from "./program/load.ts";
import { status } from "./program/status.ts";

const commands: Readonly<Record<string, Command>> = { status, breaches, load };

async function main([word = "--help", ...args]: readonly string[]): Promise<number> {
  if ([word, ...args].includes("--help")) return print(word === "capture" ? captureUsage : usage);
  // Loads the addon, which no other command needs.
  if (word === "replay") return (await import("./program/replay.ts")).replay(args);
  if (word === "capture") return capture(args);
  if (word === "console") return typeAt(optionsOf(args));
  if (word === "exec") return exec(args);
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (!command) throw new Sentence(`There is no command ${word}: see postern --help.`);
  const { text, failed = false } = await command(optionsOf(args));
  return print(`${text}\n`, failed ? 1 : 0);
}

function print(text: string, status = 0): number {
  process.stdout.write(text);
  return status;
}

// A reader that has seen enough, as `head` has.
process.stdout.on("error", () => process.exit());

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Sentence)) throw error;
  process.stderr.write(`postern: ${error.message}\n`);
  process.exitCode = 1;
}
