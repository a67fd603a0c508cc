// The one place where the daemon's parts are put together, started in order and stopped in reverse.

import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { language } from "../cli/commands/table.ts";
import { Accountant } from "./aaa/accountant.ts";
import { LocalLogins } from "./aaa/local.ts";
import { Logins } from "./aaa/logins.ts";
import { Radius } from "./aaa/radius.ts";
import { Tacacs } from "./aaa/tacacs.ts";
import { Enabling } from "./access/enabling.ts";
import { makeFirstAdministrator } from "./access/first-administrator.ts";
import { identify } from "./access/identity.ts";
import { LoginGate } from "./access/login-gate.ts";
import { Sessions } from "./access/sessions.ts";
import { Shells } from "./access/shells.ts";
import type { Appliance, ApplianceParts } from "./appliance.ts";
import { BreachRecorder } from "./breaches/recorder.ts";
import { Releases } from "./breaches/releases.ts";
import { BreachRetention } from "./breaches/retention.ts";
import { Captures } from "./capture/captures.ts";
import { CsvFiles } from "./config/csv-file.ts";
import { ConfigurationKeeper } from "./config/keeper.ts";
import { type LoadResult, loadResult, loadText } from "./config/load.ts";
import { ConsoleServer } from "./console/server.ts";
import { DhcpFeed } from "./dhcp/feed.ts";
import { LeaseImporter } from "./dhcp/lease-importer.ts";
import type { EngineOwner, EnginePort } from "./engine/engine_port.ts";
import { answersOf } from "./local/answers.ts";
import { LocalServer } from "./local/server.ts";
import type { Log } from "./log/log.ts";
import { Auditor } from "./operations/auditor.ts";
import { loadStartup } from "./operations/configuration.ts";
import type { Actor, AuditEntry } from "./operations/operation.ts";
import { Operations } from "./operations/operations.ts";
import { OverrideKeeper } from "./overrides/keeper.ts";
import { consoleSocket, csvDirectory, daemonSocket, namesFile, storeFile, usageFile } from "./paths.ts";
import { pause } from "./pause.ts";
import { classified } from "./policy/classify.ts";
import { PolicyKeeper } from "./policy/keeper.ts";
import { RadiusAccounting } from "./radius/listener/radius-accounting.ts";
import { Reports } from "./reports/reports.ts";
import { SshServer } from "./ssh/server.ts";
import { type Status, statusOf } from "./status/status.ts";
import { FastPathWatch } from "./status/watch.ts";
import type { Store } from "./store/store.ts";
import { NameImporter } from "./subscribers/names/importer.ts";
import { SubscriberKeeper } from "./subscribers/names/keeper.ts";
import { neededNames } from "./subscribers/names/needed.ts";
import { NameQuestions } from "./subscribers/names/questions.ts";
import type { NameStore } from "./subscribers/names/store.ts";
import { Subscribers } from "./subscribers/subscribers.ts";
import type { Machine } from "./system/machine.ts";
import { ProcessMeter } from "./system/process_meter.ts";
import { type Clock, unixTime } from "./time.ts";
import { UsageCollector } from "./usage/collector.ts";
import type { UsageHistory } from "./usage/history.ts";

export interface AppOptions {
  readonly runDirectory: string;
  readonly stateDirectory: string;
  /** The startup file. */
  readonly configuration: string;
}

/** What reaches outside, and what tests put something else in place of. */
export interface AppParts {
  readonly engine: EnginePort;
  readonly store: Store;
  readonly history: UsageHistory;
  readonly names: NameStore;
  readonly log: Log;
  readonly clock: Clock;
  readonly machine: Machine;
  /** The kernel's: tells whether the machine was restarted. */
  readonly bootId: string;
  /** Has the daemon end in order, to be started again. */
  restart(): void;
}

/** Who sends signals to the daemon is root. */
const SIGNALLER: Actor = { user: "root", level: 15, from: "signal", session: 0 };

interface Part {
  stop(): Promise<void>;
}

export class App {
  readonly #options: AppOptions;
  readonly #parts: AppParts;
  readonly #policy: PolicyKeeper;
  readonly #configuration: ConfigurationKeeper;
  readonly #releases: Releases;
  readonly #overrides: OverrideKeeper;
  readonly #recorder: BreachRecorder;
  readonly #retention: BreachRetention;
  readonly #subscribers: Subscribers;
  readonly #names: NameQuestions;
  readonly #nameKeeper: SubscriberKeeper;
  readonly #nameFiles: NameImporter;
  readonly #dhcp: DhcpFeed;
  readonly #leaseFiles: LeaseImporter;
  readonly #radiusAccounting: RadiusAccounting;
  readonly #collector: UsageCollector;
  readonly #reports: Reports;
  readonly #operations: Operations<ApplianceParts>;
  readonly #watch: FastPathWatch;
  readonly #meter = new ProcessMeter();
  readonly #sessions: Sessions;
  readonly #enabling: Enabling;
  readonly #radius: Radius;
  readonly #gate: LoginGate;
  readonly #logins: Logins;
  readonly #tacacs: Tacacs;
  readonly #accountant: Accountant;
  readonly #server: LocalServer;
  readonly #console: ConsoleServer;
  readonly #ssh: SshServer;
  readonly #started: Record<"base" | "works" | "accounting" | "doors", Part[]> = {
    ...{ base: [], works: [], accounting: [], doors: [] },
  };
  #startedAt = 0;

  constructor(options: AppOptions, parts: AppParts) {
    this.#options = options;
    this.#parts = parts;
    const { engine, log, clock } = parts;
    const auditor = new Auditor(parts);
    const audit = (entry: AuditEntry) => auditor.write(entry);
    this.#policy = new PolicyKeeper(parts);
    const nameOf = (detector: number, revision?: number | null) => this.#policy.nameOf(detector, revision);
    const facts = () => this.#configuration.facts();
    this.#configuration = new ConfigurationKeeper({
      ...parts,
      file: options.configuration,
      policy: this.#policy,
      audit,
    });
    this.#configuration.follow((settings) => log.obey(settings));
    this.#releases = new Releases(parts);
    this.#overrides = new OverrideKeeper({ ...parts, configuration: this.#configuration });
    const wait = (ms: number) => delay(ms, undefined, { ref: false });
    this.#names = new NameQuestions(parts.names, wait);
    this.#nameKeeper = new SubscriberKeeper({
      ...{ ...parts, wait, epoch: () => randomInt(1, 2 ** 32) },
      settings() {
        const { subscriberMode, introducedAgeingMinutes } = facts();
        return { aware: subscriberMode === "aware", ageingMinutes: introducedAgeingMinutes };
      },
      needed: (ids) => neededNames(ids, { recorder: this.#recorder, overrides: this.#overrides }),
    });
    this.#configuration.follow(() => this.#nameKeeper.obey());
    this.#nameFiles = new NameImporter({
      ...{ names: parts.names, keeper: this.#nameKeeper, now: clock.now },
      directory: csvDirectory(options.runDirectory),
      packages: () => facts().packages.map(({ id }) => id),
    });
    const csvFiles = new CsvFiles({
      directory: csvDirectory(options.runDirectory),
      configuration: this.#configuration,
    });
    this.#dhcp = new DhcpFeed({ engine, clock, facts, subscribers: this.#nameKeeper });
    this.#leaseFiles = new LeaseImporter({
      ...{ subscribers: this.#nameKeeper, now: clock.now, directory: csvDirectory(options.runDirectory) },
      source: () => facts().dhcp.name,
    });
    const fault = (error: unknown, line: string) => log.say("FAULT", faultText(error, line));
    this.#radiusAccounting = new RadiusAccounting({
      ...{ ...parts, facts, feed: this.#nameKeeper, cutOff: (wanted) => this.#policy.cutOff(wanted) },
      fault: (error) => fault(error, "RADIUS accounting"),
    });
    this.#configuration.follow(() => void this.#radiusAccounting.obey());
    this.#recorder = new BreachRecorder({
      ...{ ...parts, nameOf, releases: this.#releases, names: this.#names },
      isReady: () => this.#policy.isObeyed && this.#nameKeeper.isInStep,
    });
    this.#retention = new BreachRetention(parts);
    this.#watch = new FastPathWatch({ ...parts, events: this.#recorder, policy: this.#policy });
    this.#subscribers = new Subscribers({
      ...{ engine, clock, recorder: this.#recorder, facts, nameOf, overrides: this.#overrides },
      names: this.#names,
      services: () => this.#policy.inForce?.services ?? [],
    });
    this.#collector = new UsageCollector({
      ...{ ...parts, serviceName: (id) => this.#policy.serviceName(id), measured: () => this.#policy.measured() },
    });
    this.#reports = new Reports({ ...parts, facts, serviceId: (name) => this.#policy.serviceId(name) });
    this.#sessions = new Sessions({ now: clock.now, facts, audit: (entry) => auditor.keep(entry) });
    this.#configuration.follow(() => this.#sessions.obey());
    this.#operations = new Operations(
      {
        ...{ ...parts, configuration: this.#configuration, subscribers: this.#subscribers, sessions: this.#sessions },
        releases: this.#releases,
        ...{ names: this.#names, nameKeeper: this.#nameKeeper, nameFiles: this.#nameFiles, csvFiles },
        leaseFiles: this.#leaseFiles,
        overrides: this.#overrides,
        ssh: { renewHostKeys: () => this.#ssh.renewHostKeys() },
      },
      { now: clock.now, audit },
    );
    this.#enabling = new Enabling({ clock, facts, audit });
    this.#tacacs = new Tacacs({ facts, clock, log });
    this.#radius = new Radius({ facts, clock, log, random: randomBytes, pause });
    const servers = { radius: this.#radius, "tacacs+": this.#tacacs };
    this.#accountant = new Accountant({ facts, log, servers });
    this.#configuration.follow((settings) => this.#accountant.obey(settings));

    const appliance = this.#appliance();
    const captures = new Captures({ ...parts, services: () => this.#policy.services() });
    const answer = answersOf({ appliance, captures, identify, load: (actor) => this.load(actor) });
    this.#server = new LocalServer(daemonSocket(options.runDirectory), answer);
    const shells = new Shells({
      ...{ language, appliance, facts, sessions: this.#sessions, accounting: this.#accountant, now: clock.now, fault },
    });
    this.#console = new ConsoleServer({
      ...{ path: consoleSocket(options.runDirectory), shells, fault },
      identify: (socket) => identify(socket, facts()),
    });
    this.#gate = new LoginGate({ clock, log, facts, wait });
    const gate = this.#gate;
    const methods = { ...servers, local: new LocalLogins({ facts }) };
    this.#logins = new Logins({ facts, methods, gate, audit, clock, wait });
    this.#ssh = new SshServer({
      wait,
      ...{ stateDirectory: options.stateDirectory, log, shells, facts, sessions: this.#sessions },
      ...{ gate, logins: this.#logins },
      ...{ now: clock.now, nowMs: clock.nowMs },
      fault: (error) => fault(error, "ssh"),
    });
    this.#configuration.follow(() => void this.#ssh.obey());
  }

  /** Rejects with a Sentence when the daemon cannot do its work; what was started is then stopped. */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const { base, works, accounting, doors } = this.#started;
    await stopInReverse(doors);
    await Promise.all([stopInReverse(works), stopInReverse(accounting)]);
    await stopInReverse(base);
  }

  /** Reads the startup file again and makes it the configuration. */
  async load(actor = SIGNALLER): Promise<LoadResult> {
    const { configuration: file } = this.#options;
    const reading = this.#operations.perform(loadStartup, {}, actor);
    const result = await loadResult(file, () => this.#configuration.facts().revision, reading);
    this.#parts.log.say(result.outcome === "refused" ? "CONFIG_REFUSED" : "CONFIG", loadText(result));
    return result;
  }

  /** When it is started: an appliance without users gets one, whose password is printed. `print`: resolves when it is there. */
  makeFirstAdministrator(print: (text: string) => Promise<void>): Promise<void> {
    const { store, log, clock, bootId } = this.#parts;
    return makeFirstAdministrator({
      ...{ store, log, print, bootId, now: clock.now, configuration: this.#configuration },
      perform: (operation, input, actor) => this.#operations.perform(operation, input, actor),
    });
  }

  async #start(): Promise<void> {
    const { engine, store, history, names, log, clock } = this.#parts;
    this.#startedAt = clock.now();
    const { base, works, accounting, doors } = this.#started;
    base.push(log, store, history, names);
    await store.start(storeFile(this.#options.stateDirectory));
    await history.start(usageFile(this.#options.stateDirectory));
    await names.start(namesFile(this.#options.stateDirectory));
    await this.#nameFiles.start();
    // Before the policy: it is what keeps a second daemon away.
    base.push(this.#server);
    await this.#server.start();
    await this.#releases.load();
    const places = await this.#recorder.load();
    works.push(engine);
    await engine.start(this.#owner, places);
    await this.#configuration.load();
    accounting.push(this.#radius, this.#tacacs, this.#accountant);
    doors.push(this.#console);
    await this.#console.start();
    const policy = [this.#policy, this.#configuration, this.#overrides];
    const records = [this.#recorder, this.#retention, this.#collector];
    for (const part of [this.#meter, this.#watch, ...policy, this.#nameKeeper, this.#dhcp, ...records]) {
      works.push(part);
      part.start();
    }
    doors.push(this.#radiusAccounting);
    await this.#radiusAccounting.start();
    // Last: to make its keys takes seconds, once.
    doors.push(this.#ssh);
    await this.#ssh.start();
  }

  get #owner(): EngineOwner {
    const parts = [this.#watch, this.#policy, this.#nameKeeper, this.#recorder];
    return {
      attached: (header) => {
        for (const part of parts) part.attached(header);
      },
      detached: (reason) => this.#watch.detached(reason),
    };
  }

  #appliance(): Appliance {
    const { clock, machine, store, history, log } = this.#parts;
    const configuration = this.#configuration;
    return {
      ...{ configuration, log, subscribers: this.#subscribers, overrides: this.#overrides },
      names: this.#names,
      nameStatus: () => ({
        ...{ figures: this.#nameKeeper.figures, peak: this.#nameKeeper.peak },
        importing: this.#nameFiles.progress,
        leaseLines: this.#leaseFiles.lines,
      }),
      facts: () => configuration.facts(),
      status: () => this.#status(),
      machine: () => machine,
      bootedAt: () => unixTime(clock, 0),
      process: () => this.#meter.figures(),
      breaches: (count, address) => store.call("recentBreaches", count, address),
      breach: (id) => store.call("breach", id),
      reports: this.#reports,
      usage: { of: (address, minutes) => history.call("of", address, minutes) },
      classify: (question) => classified(question, this.#policy.inForce, this.#subscribers, clock.nowMs()),
      audit: (count) => store.call("recentAudit", count),
      sessions: () => this.#sessions.list(),
      logins: { gate: () => this.#gate.status(), refusals: () => this.#logins.refusals() },
      ssh: () => this.#ssh.status(),
      dhcp: () => this.#dhcp.status(),
      radiusAccounting: () => this.#radiusAccounting.status(),
      aaaServers: () => [...this.#radius.figures(), ...this.#tacacs.figures()],
      enable: (level, secret, actor) => this.#enabling.enable(level, secret, actor),
      perform: (operation, input, actor) => this.#operations.perform(operation, input, actor),
    };
  }

  #status(): Status {
    const { engine, clock } = this.#parts;
    return statusOf({
      ...{ engine, clock, watch: this.#watch, recorder: this.#recorder, policy: this.#policy },
      ...{ collector: this.#collector, names: this.#nameKeeper },
      daemon: { pid: process.pid, startedAt: this.#startedAt, eventsLost: this.#recorder.lost },
      configuration: this.#configuration.status(),
      configurationAlarms: this.#configuration.alarms(),
      ...{ radiusAccounting: this.#radiusAccounting, ssh: this.#ssh },
    });
  }
}

async function stopInReverse(parts: Part[]): Promise<void> {
  for (const part of parts.splice(0).reverse()) await part.stop();
}

function faultText(error: unknown, line: string): string {
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `A fault of this program at "${line}": ${told}`;
}
