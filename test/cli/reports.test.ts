// Reports as a person reads them: reports.txt. The record is real, the fast path is a fake.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Context } from "../../cli/commands/exec.ts";
import { language } from "../../cli/commands/table.ts";
import { match } from "../../cli/grammar/match.ts";
import { factsOf } from "../../mgmt/config/facts.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import { Reports } from "../../mgmt/reports/reports.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { Subscribers } from "../../mgmt/subscribers/subscribers.ts";
import { UsageHistory } from "../../mgmt/usage/history.ts";
import { directory, FakeClock, region } from "../daemon/parts.ts";
import { bitmap, minute, used } from "../usage/rows.ts";
import { ERROR_LIKE, NOT_ASCII, PROMPT_LIKE } from "./misleading.ts";
import { nameBook } from "./name-book.ts";
import { subscriber } from "./subscriber-stage.ts";

process.env.TZ = "UTC";

const PROMPT = "edge-1#";
const SMTP = 1;

const parsed = parseConfiguration(`
package 0 name "residential"
 mass-mailing service smtp
 mass-mailing service submission
interface LineCard 0
 subscriber anonymous-group name "LT4" IP-range 10.30.0.0:0xffff0000 template 4
 subscriber template 4 package 0
`);
if ("errors" in parsed) throw new Error(parsed.errors[0]?.message);
const facts = factsOf(parsed.configuration, 1);

/** An hour of 300 subscribers, of whom every third mails in a minute; one is a zombie, whom a quota of 10 stops. */
async function stage(t: ExecutionContext) {
  const clock = new FakeClock();
  const engine = new FakeEngine();
  const { header, ...rest } = region();
  engine.attach({ ...rest, header: { ...header, startedMs: 0 } });
  engine.records = Array.from({ length: 4000 }, (_, host) => subscriber(`10.30.${host >> 8}.${host & 255}`));
  const history = new UsageHistory();
  t.teardown(() => history.stop());
  await history.start(join(directory(t), "usage.db"));
  const hosts = [...Array(300).keys()];
  const usageOf = (at: number) =>
    hosts
      .filter((host) => (host + at) % 3 === 0)
      .map((host) =>
        used(host, { sessions: 1 + ((host * 7 + at) % (1 + (host % 5))), destinations: bitmap([host % 128]) }),
      );
  const zombie = (at: number) =>
    used(290, { sessions: 10, refused: 40 + at, bytes: 40_000, destinations: bitmap([...Array(50).keys()]) });
  for (let at = 0; at < 60; at++) {
    if (at > 20 && at < 34) continue;
    await history.call("take", usageOf(at), true);
    if (at >= 50) await history.call("take", [zombie(at)], false);
    await history.call("save", minute(at, { whole: at !== 34 }));
  }
  clock.bootMs = 60 * 60_000 + 2000;
  const last = [...usageOf(59), zombie(59)].map(({ service: _, ...usage }) => ({ ...usage, service: SMTP }));
  engine.used.set(59, last);
  const serviceId = (name: string) => (name === "smtp" ? SMTP : null);
  const subscribers = new Subscribers({
    ...{ engine, clock, facts: () => facts, nameOf: () => null },
    recorder: { find: () => undefined },
    ...{ names: nameBook(), services: () => [] },
    overrides: { ofEach: async (addresses) => addresses.map(() => []) },
  });
  const appliance = {
    reports: new Reports({ engine, history, clock, serviceId, facts: () => facts }),
    ...{ subscribers, names: nameBook() },
    facts: () => facts,
  };
  return async (line: string) => {
    const found = match(language.exec.commands, line);
    if ("code" in found) throw new Error(`No command is typed as "${line}".`);
    const lines: string[] = [];
    try {
      const answers = found.command.execute({ appliance } as unknown as Context, found.args as never);
      for await (const answer of answers) lines.push(...answer.lines());
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      lines.push(`% ${error.message}`);
    }
    return lines;
  };
}

const transcript = readFileSync(join(import.meta.dirname, "reports.txt"), "utf8");

test("each report says what is written in reports.txt", async (t) => {
  const shown = await stage(t);
  const said: string[] = [];
  for (const line of transcript.split("\n").filter((each) => each.startsWith(PROMPT))) {
    said.push(line, ...(await shown(line.slice(PROMPT.length))), "");
  }
  t.is(said.join("\n"), transcript);
});

test("no report misleads a tool, is wider than a wide screen or has spaces at a line's end", (t) => {
  const lines = transcript.split("\n").filter((line) => !line.startsWith(PROMPT) && !line.startsWith("% "));
  const misleading = [PROMPT_LIKE, ERROR_LIKE, NOT_ASCII, /.{133}/, /\s$/];
  t.deepEqual(
    lines.filter((line) => misleading.some((pattern) => pattern.test(line))),
    [],
  );
});
