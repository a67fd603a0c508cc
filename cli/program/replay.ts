// `postern replay`: what the engine makes of a capture, in this process.

import { parseArgs } from "node:util";
import type { Configuration } from "../../mgmt/config/configuration.ts";
import { readConfigurationFile } from "../../mgmt/config/file.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import { replayCapture } from "../../mgmt/replay/replay.ts";
import { reportLines } from "../../mgmt/replay/text.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { printLineError } from "../grammar/line-error.ts";

export const usage = "postern replay FILE.pcap --config FILE [--json]";

/** `args`: what follows the word replay. Returns the exit status; rejects with a Sentence when there is nothing to report. */
export async function replay(args: readonly string[]): Promise<number> {
  const { capture, config, json } = argumentsOf(args);
  const report = replayCapture(await configurationOf(config), capture);
  if (report.error !== null && report.packets.total === 0) throw new Sentence(report.error);
  process.stdout.write(`${json ? JSON.stringify(report, undefined, 2) : reportLines(report).join("\n")}\n`);
  if (report.error !== null) throw new Sentence(`${report.error} What came before is above.`);
  return 0;
}

function argumentsOf(args: readonly string[]): { capture: string; config: string; json: boolean } {
  const options = { config: { type: "string" }, json: { type: "boolean", default: false } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [capture, ...others] = positionals;
    const { config, json } = values;
    if (capture !== undefined && config !== undefined && others.length === 0) return { capture, config, json };
  } catch {
    // Told below, like every other wrong way to call it.
  }
  throw new Sentence(`Type it as: ${usage}`);
}

async function configurationOf(path: string): Promise<Configuration> {
  const text = await readConfigurationFile(path).catch((error: unknown) => {
    throw error instanceof Sentence ? new Sentence(`The configuration ${path} is not usable: ${error.message}`) : error;
  });
  const parsed = parseConfiguration(text);
  if ("configuration" in parsed) return parsed.configuration;
  const lines = parsed.errors.length === 1 ? "line is" : "lines are";
  process.stderr.write(`${parsed.errors.map(printLineError).join("\n")}\n`);
  throw new Sentence(`The configuration ${path} is not usable: ${parsed.errors.length} ${lines} wrong.`);
}
