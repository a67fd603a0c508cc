// Overrides in a whole daemon: typed, obeyed, shown, audited, and ended though nobody types.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { type Daemon, daemon, region, until } from "../daemon/parts.ts";
import { readPolicy } from "./parts.ts";

const program = join(import.meta.dirname, "../../cli/postern.ts");

async function typed({ runDirectory }: Daemon, line: string): Promise<string> {
  const args = [program, "exec", line, "--run-dir", runDirectory];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}

test("what is typed is obeyed, shown and audited; what is over when the daemon starts is ended by it", async (t) => {
  const first = daemon(t);
  first.engine.attach(region({ generation: 1 }));
  await first.app.start();
  t.is(
    await typed(first, "exempt subscriber ip 10.30.94.66 reason own mail server"),
    "Override 1: exempt 10.30.94.66.\n",
  );
  t.deepEqual(readPolicy(first.engine.policies.at(-1) ?? new Uint8Array()).overrides, [{ number: 1, untilMs: null }]);
  t.regex(await typed(first, "show overrides"), /^1 +exempt 10\.30\.94\.66 .* own mail server$/m);
  t.regex(
    await typed(first, "show audit"),
    /done +- +override\.make: exempt 10\.30\.94\.66, reason: own mail server$/m,
  );

  const rule = {
    kind: "force-block",
    prefix: "10.30.94.67/32",
    name: null,
    zone: null,
    service: null,
    package: null,
  } as const;
  const decision = { at: 0, by: "alice", from: "console", reason: "complaint" };
  const then = { now: 0, nowMs: 0 };
  await first.store.call("proposeOverride", { kind: "make", rule, until: 1000, ...decision }, then);
  await first.store.call("acceptOverride");
  await first.app.stop();

  const second = daemon(t, first.directory);
  second.engine.attach(region({ generation: 1 }));
  await second.app.start();
  const over = "Override 2, force-block 10.30.94.67: its time is over.";
  await until("it is told to be over", () => second.lines.includes(over));
  t.deepEqual(readPolicy(second.engine.policies.at(-1) ?? new Uint8Array()).overrides, [{ number: 1, untilMs: null }]);
});
