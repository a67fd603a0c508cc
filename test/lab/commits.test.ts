// Commits typed at a live daemon while packets pass: no packet notices, every session is judged by the policy in force when it was
// opened, and every breach on record says which that was.
import test, { type ExecutionContext } from "ava";
import type { Lab } from "../../lab/lab.ts";
import { homes, prefixes } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { PolicyModel } from "../core/generations/policy-model.ts";
import { type Rules, textOf } from "../core/generations/rules.ts";
import { Crowd } from "./crowd.ts";
import { Flow } from "./flow.ts";
import { inLab } from "./in-lab.ts";
import { inRegion } from "./packet-process.ts";
import { typedIn } from "./prompt.ts";

const server = "198.51.100.99";
const office = "10.30.94.140";
const callers = ["10.30.94.130", "10.30.94.131", office, "10.30.94.150"];

const mail = { name: "mail", protocol: "tcp", ports: [25], initiator: "subscriber", zone: null } as const;

const allowed = (sessions: number) => ({
  ...({ service: "mail", sessions, period: 600, window: "fixed", hold: 0, count: "attempts" } as const),
  actions: ["report", "block"] as const,
});

const first: Rules = {
  groups: [
    { prefix: prefixes.subscribers.ipv4, template: 0 },
    { prefix: prefixes.subscribers.ipv6, template: 0 },
  ],
  services: [mail],
  homeServers: [prefixes.provider.ipv4],
  packages: [{ id: 0, detectors: [allowed(3)] }],
  business: 0,
  ...{ offices: [`${office}/32`], exempt: null, blocked: null },
};

/** What is typed, and what the rules then are. Each is one commit. */
interface Step {
  readonly lines: readonly string[];
  readonly rules: Rules;
}

function* steps(): Iterable<Step> {
  const detect = (sessions: number) => `detect sessions ${sessions} period 600 action report block`;
  const toMail = ["package 0", "mass-mailing service mail"];
  let rules: Rules = { ...first, packages: [{ id: 0, detectors: [allowed(6)] }] };
  yield { lines: [...toMail, detect(6)], rules };
  rules = { ...rules, services: [{ ...mail, zone: "exclude" }], homeServers: [...first.homeServers, `${server}/32`] };
  yield { lines: ["zone home-servers", `ip ${server}/32`, "service mail", "zone exclude home-servers"], rules };
  rules = { ...rules, homeServers: first.homeServers };
  yield { lines: ["zone home-servers", `no ip ${server}/32`], rules };
  rules = { ...rules, exempt: "mail" };
  yield { lines: ["interface LineCard 0", "mass-mailing exempt zone offices service mail"], rules };
  rules = { ...rules, exempt: null, packages: [{ id: 0, detectors: [allowed(2)] }] };
  yield {
    lines: ["interface LineCard 0", "no mass-mailing exempt zone offices service mail", ...toMail, detect(2)],
    rules,
  };
}

/** As many addresses where nobody of the lab is as the fast path holds beside the others. */
const manyPrefixes = [
  "zone everybody",
  ...Array.from({ length: 100_000 - 3 }, (_, n) => ` ip 100.${64 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}/32`),
  "",
];

class Commits {
  readonly model = new PolicyModel();
  readonly #t: ExecutionContext;
  readonly #lab: Lab;
  readonly #crowd: Crowd;

  constructor(t: ExecutionContext, lab: Lab) {
    this.#t = t;
    this.#lab = lab;
    this.#crowd = new Crowd(lab);
  }

  start = () => this.#crowd.start();
  stop = () => this.#crowd.stop();

  get #generation(): number {
    return inRegion(this.#lab.appliance, (region) => region.live().policyGeneration);
  }

  /** Reads a file as it is. */
  async load(text: string, rules: Rules): Promise<void> {
    const { appliance } = this.#lab;
    await appliance.writeConfiguration(text);
    await this.#commit(rules, async () => {
      const loaded = await ask(daemonSocket(appliance.runDirectory), { ask: "load" });
      this.#t.is(loaded.outcome, "applied", loaded.outcome === "refused" ? loaded.refusal.text : "");
    });
  }

  type({ lines, rules }: Step): Promise<void> {
    return this.#commit(rules, async () => {
      await typedIn(this.#lab.appliance, ["configure session lab", ...lines, "commit"]);
    });
  }

  async #commit(rules: Rules, how: () => Promise<void>): Promise<void> {
    const before = this.#generation;
    await how();
    this.model.apply(rules);
    this.model.generation = this.#generation;
    this.#t.is(this.model.generation, before + 1, "a commit is one policy");
  }

  /** Everybody opens some sessions; what becomes of each is what the rules say. */
  async open(times: number): Promise<void> {
    for (let n = 0; n < times; n++) for (const caller of callers) this.#crowd.open(caller);
    const fates = await this.#crowd.settle();
    const wanted = fates.map(({ source, sourcePort }) => {
      const ends = { source, sourcePort, target: server, targetPort: 25, sequence: sourcePort, acknowledgement: 0 };
      const packet = { protocol: "tcp", ...ends, syn: true, ack: false, rst: false } as const;
      return this.model.judge(packet, "subscriber", 1) === "forward" ? "passed" : "refused";
    });
    this.#t.deepEqual(
      fates.map(({ fate }) => fate),
      wanted,
    );
  }
}

test(
  "services, packages and zones are committed under traffic: no packet is lost, every verdict and breach is that of its generation",
  inLab({}, async (t, lab) => {
    const commits = new Commits(t, lab);
    await commits.start();
    const packetsPerSecond = 1000;
    const flows = [
      await Flow.start(lab, { direction: "upstream", subscriber: homes[0], family: "ipv4", packetsPerSecond }),
      await Flow.start(lab, { direction: "downstream", subscriber: homes[0], family: "ipv6", packetsPerSecond }),
    ];
    await commits.load(textOf(first), first);
    await commits.open(4);
    for (const step of steps()) {
      await commits.type(step);
      await commits.open(3);
      if (step.rules.exempt !== null) {
        const { rules } = step;
        await commits.load(`${manyPrefixes.join("\n")}${textOf(rules)}`, rules);
        await commits.open(3);
      }
    }
    for (const flow of flows) {
      const { departed, lost, doubled, overtaken, longestSilence } = await flow.stop();
      t.deepEqual({ lost, doubled, overtaken }, { lost: [], doubled: [], overtaken: [] }, flow.name);
      t.log(`${departed.length} packets from ${flow.name}, longest silence ${longestSilence.toFixed(1)} ms`);
    }
    await commits.stop();

    const begun = commits.model.told.filter(({ kind }) => kind === "breach-started");
    const rows = () => ask(daemonSocket(lab.appliance.runDirectory), { ask: "breaches", count: 100 });
    await until("every breach is written down", async () => (await rows()).length >= begun.length);
    const onRecord = (await rows()).map(({ subscriber, generation }) => `${subscriber.address} ${generation}`);
    t.deepEqual(onRecord.sort(), begun.map(({ subscriber, generation }) => `${subscriber} ${generation}`).sort());
    t.true(new Set(begun.map(({ generation }) => generation)).size > 2);
    t.log(`${begun.length} breaches under generations ${[...new Set(begun.map(({ generation }) => generation))]}`);
  }),
);
