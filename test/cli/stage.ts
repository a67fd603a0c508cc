// A session on an appliance whose configuration is real and everything else is not.
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { EXEC, type ExecCommand, own, show, showAnswers } from "../../cli/commands/exec.ts";
import { showHelp } from "../../cli/commands/help.ts";
import { PIPE, pipeCommands } from "../../cli/commands/pipes.ts";
import { sessionCommands } from "../../cli/commands/session.ts";
import { doCommand } from "../../cli/grammar/prompt.ts";
import { commandTable } from "../../cli/grammar/table.ts";
import { type SessionParts, ShellSession } from "../../cli/shell/session.ts";
import type { Terminal } from "../../cli/shell/terminal.ts";
import { verifySecret } from "../../mgmt/access/secret.ts";
import type { Appliance, ApplianceParts } from "../../mgmt/appliance.ts";
import { emptyConfiguration } from "../../mgmt/config/configuration.ts";
import { factsOf } from "../../mgmt/config/facts.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import type { Committed, ConfigurationService, Facts } from "../../mgmt/config/service.ts";
import { configurationTable } from "../../mgmt/config/table.ts";
import type { Level } from "../../mgmt/level.ts";
import { Sentence } from "../../mgmt/sentence.ts";

/** The passwords, hashed in few rounds: ten-ten-ten and fifteen-fifteen. */
export const ENABLE_SECRETS = `\
enable secret level 10 9 $scrypt$ln=10,r=8,p=1$CgoKCgoKCgoKCgoKCgoKCg$KdGklRmsUm/DIYOZ3i0P0dVhTZ1/oLXJg41DHNlv8BE
enable secret level 15 9 $scrypt$ln=10,r=8,p=1$Dw8PDw8PDw8PDw8PDw8PDw$6DXi5Wr4xXOOilWSHhGIwwyXT49xjgN6oNCUYgrLAow
`;

/** Keeps what was entered as text, and reads it all again with each line. */
class FakeConfiguration {
  #text = ENABLE_SECRETS;
  #facts: Facts = readFacts(this.#text, 1);

  facts(): Facts {
    return this.#facts;
  }

  async enter(lines: readonly string[]): Promise<Committed> {
    const before = this.#text.split("\n").length - 1;
    const entered = `${this.#text}${lines.join("\n")}\n`;
    const parsed = parseConfiguration(entered);
    if ("errors" in parsed) {
      const errors = parsed.errors.map((error) => ({ ...error, line: error.line - before }));
      return { outcome: "wrong", errors, wrongLines: errors.length };
    }
    this.#text = entered;
    this.#facts = readFacts(entered, this.#facts.revision + 1);
    return { outcome: "applied", revision: this.#facts.revision };
  }
}

function readFacts(text: string, revision: number): Facts {
  const parsed = parseConfiguration(text);
  return factsOf("errors" in parsed ? emptyConfiguration() : parsed.configuration, revision);
}

const testCommands: readonly ExecCommand[] = [
  own({
    level: 10,
    syntax: "configure terminal",
    help: { configure: "Change the configuration", terminal: "Line by line" },
    run({ session }) {
      session.configure(null);
      return [];
    },
  }),
  show({
    level: 5,
    syntax: "show lines <count:1-10000000>",
    help: { ...showHelp, lines: "As many lines as you like", "<count>": "How many" },
    query: (_, { count }) => ({ count }),
    *view({ count }) {
      for (let line = 1; line <= count; line++) yield `line ${line} of ${count}`;
    },
  }),
  show({
    level: 5,
    syntax: "show zones [<name:WORD>]",
    help: { ...showHelp, zones: "Sets of addresses", "<name>": "One of them" },
    suggest: { name: ({ zones }) => zones.map(({ name }) => name) },
    query: ({ appliance }, { name }) => appliance.facts().zones.filter((zone) => !name || zone.name === name),
    *view(zones) {
      for (const { name, prefixes } of zones) yield* [`zone ${name}`, ` ${prefixes} prefixes`];
    },
  }),
  showAnswers({
    level: 5,
    syntax: "monitor pieces <count:1-100>",
    help: { monitor: "Watch something", pieces: "Pieces of one answer", "<count>": "How many" },
    async *answers(_, { count }) {
      for (let piece = 1; piece <= count; piece++)
        yield { data: { piece }, lines: () => [`piece ${piece} of ${count}`] };
    },
  }),
  show({
    level: 5,
    syntax: "monitor nothing",
    help: { monitor: "Watch something", nothing: "Until Ctrl-C" },
    async *query(): AsyncGenerator<string> {
      yield "It begins.";
      await new Promise(() => {});
    },
    view: (event) => [event],
  }),
  own({
    level: 15,
    syntax: "test <outcome:refused|fault|asking|confirming>",
    help: {
      test: "End otherwise",
      refused: "With a sentence",
      fault: "With an error of ours",
      asking: "After a question",
      confirming: "After a question that must be answered",
    },
    async run({ session }, { outcome }) {
      const answer = outcome.endsWith("ing") ? await session.ask("Really? [yes/no] ") : undefined;
      if (outcome === "asking") return [`The answer is ${JSON.stringify(answer)}.`];
      if (outcome === "confirming" && answer !== undefined) return [];
      throw outcome === "refused" ? new Sentence("The fast path does not answer.") : new Error("x is undefined");
    },
  }),
];

const language: SessionParts["language"] = {
  exec: commandTable(EXEC, [...sessionCommands, ...testCommands]),
  configuration: commandTable(configurationTable.start, [...configurationTable.commands, doCommand]),
  pipe: commandTable(PIPE, pipeCommands),
};

export function parts(level: Level, faults: unknown[] = []): SessionParts {
  const configuration = new FakeConfiguration();
  return {
    language,
    appliance: {
      facts: () => configuration.facts(),
      enable: (level, secret) => {
        const known = configuration.facts().enableSecrets.find((each) => each.level === level);
        return verifySecret(known?.secret, secret);
      },
      configuration: configuration as unknown as ConfigurationService,
      perform: async (operation, input, actor) => {
        const acted = { configuration: configuration as unknown as ConfigurationService } as ApplianceParts;
        return (await operation.run(acted, input, actor)).result;
      },
    } as Partial<Appliance> as Appliance,
    actor: { user: "alice", level, from: "console", session: 1 },
    levelNow: () => level,
    now: () => 0,
    obeys: () => {},
    fault: (error) => void faults.push(error),
  };
}

export interface Stage {
  readonly session: ShellSession;
  readonly input: PassThrough;
  readonly output: PassThrough;
}

/** By itself the terminal is no person's, and its pages have no end. */
export function stage(parts: SessionParts, terminal: Partial<Terminal> = {}): Stage {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { rows: 0, columns: 0 });
  const session = new ShellSession({ input, output, interactive: false, plain: true, ...terminal }, parts);
  return { session, input, output };
}

/** Everything that is written when these keys, and no more, are typed by a person at the plain discipline. */
export async function answerTo(keys: string, parts: SessionParts): Promise<string> {
  const { session, input, output } = stage(parts, { interactive: true });
  const written = text(output);
  input.end(keys);
  await session.run();
  output.end();
  return written;
}
