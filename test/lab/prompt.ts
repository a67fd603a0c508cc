// Commands of the prompt typed at a lab's appliance: beside its daemon, over the same fast path.
import type { ExecutionContext } from "ava";
import type { Context } from "../../cli/commands/exec.ts";
import { language } from "../../cli/commands/table.ts";
import { match } from "../../cli/grammar/match.ts";
import type { Lab } from "../../lab/lab.ts";
import type { Appliance, ApplianceParts } from "../../mgmt/appliance.ts";
import { NativeEngine } from "../../mgmt/engine/native_engine.ts";
import { missingIds } from "../../mgmt/engine/policy_ids.ts";
import { Operations } from "../../mgmt/operations/operations.ts";
import { preparePolicy } from "../../mgmt/policy/prepare.ts";
import { Subscribers } from "../../mgmt/subscribers/subscribers.ts";
import { configurationOf } from "../core/policies.ts";

export interface Prompt {
  readonly engine: NativeEngine;
  /** The lines that are printed. */
  typed(line: string): Promise<string[]>;
}

/** `configuration`: the text that the lab's appliance obeys. */
export async function promptOf(t: ExecutionContext, { appliance }: Lab, configuration: string): Promise<Prompt> {
  const engine = new NativeEngine(appliance.runDirectory);
  await engine.start({ attached: () => {}, detached: () => {} }, []);
  t.teardown(() => engine.stop());
  const obeyed = configurationOf(configuration);
  const facts = { ...obeyed, zones: [], revision: 1 };
  // The ids that a new daemon gives.
  const ids = missingIds(obeyed, new Map());
  const { detectors } = preparePolicy(obeyed, { all: () => ids, add: () => {} }, 1);
  const clock = { now: Date.now, nowMs: () => engine.nowMs() };
  const subscribers = new Subscribers({
    ...{ engine, clock, facts: () => facts, recorder: { find: () => undefined } },
    nameOf: (detector) => detectors.get(detector) ?? null,
  });
  const operations = new Operations({ engine, subscribers } as unknown as ApplianceParts, {
    now: Date.now,
    audit: async () => {},
  });
  const face: Pick<Appliance, "subscribers" | "facts" | "perform"> = {
    ...{ subscribers, facts: () => facts },
    perform: (operation, input, actor) => operations.perform(operation, input, actor),
  };
  const actor = { user: "test", level: 15, from: "console", session: 1 };
  const context = { appliance: face, actor, session: { ask: async () => "y" }, now: Date.now } as unknown as Context;
  return {
    engine,
    async typed(line) {
      const found = match(language.exec.commands, line);
      if ("code" in found) throw new Error(`No command is typed as "${line}".`);
      const answers = await Array.fromAsync(found.command.execute(context, found.args as never));
      return answers.flatMap((answer) => [...answer.lines()]);
    },
  };
}
