// The one place where the daemon's parts are put together, started in order and stopped in reverse.

import type { ApplianceParts } from "./appliance.ts";
import { BreachRecorder } from "./breaches/recorder.ts";
import { Captures } from "./capture/captures.ts";
import { ConfigurationKeeper } from "./config/keeper.ts";
import { type ReloadResult, reloadResult, reloadText } from "./config/reload.ts";
import type { EngineOwner, EnginePort } from "./engine/engine_port.ts";
import type { Answers, Request, Response } from "./local/protocol.ts";
import { LocalServer } from "./local/server.ts";
import type { Log } from "./log/log.ts";
import { Auditor } from "./operations/auditor.ts";
import { loadStartup } from "./operations/configuration.ts";
import type { Actor } from "./operations/operation.ts";
import { Operations } from "./operations/operations.ts";
import { daemonSocket, storeFile } from "./paths.ts";
import { PolicyKeeper } from "./policy/keeper.ts";
import { type ConfigurationStatus, statusOf } from "./status/status.ts";
import { FastPathWatch } from "./status/watch.ts";
import type { Store } from "./store/store.ts";
import { Subscribers } from "./subscribers/subscribers.ts";
import type { Clock } from "./time.ts";

export interface AppOptions {
  readonly runDirectory: string;
  readonly stateDirectory: string;
  /** The configuration file. */
  readonly configuration: string;
}

/** What reaches outside, and what tests put something else in place of. */
export interface AppParts {
  readonly engine: EnginePort;
  readonly store: Store;
  readonly log: Log;
  readonly clock: Clock;
  /** The kernel's: tells whether the machine was restarted. */
  readonly bootId: string;
  /** Has the daemon end in order, to be started again. */
  restart(): void;
}

/** Who may speak to the local socket is trusted as root is. */
const LOCAL: Actor = { user: "root", level: 15, from: "local", session: 0 };

export class App {
  readonly #options: AppOptions;
  readonly #parts: AppParts;
  readonly #policy: PolicyKeeper;
  readonly #configuration: ConfigurationKeeper;
  readonly #auditor: Auditor;
  readonly #operations: Operations<ApplianceParts>;
  readonly #recorder: BreachRecorder;
  readonly #watch: FastPathWatch;
  readonly #captures: Captures;
  readonly #server: LocalServer;
  readonly #started: { stop(): Promise<void> }[] = [];
  #startedAt = 0;

  constructor(options: AppOptions, parts: AppParts) {
    this.#options = options;
    this.#parts = parts;
    this.#policy = new PolicyKeeper(parts);
    this.#configuration = new ConfigurationKeeper({ ...parts, file: options.configuration, policy: this.#policy });
    this.#auditor = new Auditor(parts);
    this.#recorder = new BreachRecorder({ ...parts, nameOf: (detector) => this.#policy.nameOf(detector) });
    const subscribers = new Subscribers({
      ...{ engine: parts.engine, clock: parts.clock, recorder: this.#recorder },
      facts: () => this.#configuration.facts(),
      nameOf: (detector) => this.#policy.nameOf(detector),
    });
    this.#operations = new Operations(
      { ...parts, configuration: this.#configuration, subscribers },
      { now: parts.clock.now, audit: (entry) => this.#auditor.write(entry) },
    );
    this.#captures = new Captures({ ...parts, services: () => this.#policy.services() });
    this.#watch = new FastPathWatch({ ...parts, events: this.#recorder });
    this.#server = new LocalServer(daemonSocket(options.runDirectory), (request, gone) => this.#answer(request, gone));
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
    for (const part of this.#started.splice(0).reverse()) await part.stop();
  }

  /** Reads the startup file again and makes it the configuration. */
  async reload(): Promise<ReloadResult> {
    const { configuration: file } = this.#options;
    const reading = this.#operations.perform(loadStartup, {}, LOCAL);
    const result = await reloadResult(file, () => this.#configuration.facts().revision, reading);
    this.#parts.log.say(result.outcome === "refused" ? "CONFIG_REFUSED" : "CONFIG", reloadText(result));
    return result;
  }

  async #start(): Promise<void> {
    const { engine, store, log, clock } = this.#parts;
    this.#startedAt = clock.now();
    this.#started.push(log, store);
    await store.start(storeFile(this.#options.stateDirectory));
    // Before the policy: it is what keeps a second daemon away.
    this.#started.push(this.#server);
    await this.#server.start();
    const places = await this.#recorder.load();
    this.#started.push(engine);
    await engine.start(this.#owner, places);
    await this.#configuration.load();
    for (const part of [this.#watch, this.#policy, this.#configuration, this.#recorder]) {
      this.#started.push(part);
      part.start();
    }
  }

  get #owner(): EngineOwner {
    const parts = [this.#watch, this.#policy, this.#recorder];
    return {
      attached: (header) => {
        for (const part of parts) part.attached(header);
      },
      detached: (reason) => this.#watch.detached(reason),
    };
  }

  async *#answer(request: Request, gone: AbortSignal): AsyncGenerator<Response> {
    if (request.ask === "capture") for await (const answer of this.#captures.capture(request, gone)) yield { answer };
    else yield { answer: await this.#answerOnce(request) };
  }

  #answerOnce(request: Exclude<Request, { ask: "capture" }>): Promise<Answers[Request["ask"]]> | Answers["status"] {
    switch (request.ask) {
      case "status":
        return this.#status();
      case "breaches":
        return this.#parts.store.call("recentBreaches", request.count);
      case "reload":
        return this.reload();
    }
  }

  #status(): Answers["status"] {
    const daemon = { pid: process.pid, startedAt: this.#startedAt, eventsLost: this.#recorder.lost };
    const { engine, clock } = this.#parts;
    const configuration = this.#configurationStatus();
    const configurationAlarms = [this.#configuration.alarm, ...this.#policy.alarms()].filter(
      (alarm) => alarm !== undefined,
    );
    const linkModes = this.#policy.linkModes();
    const [watch, recorder] = [this.#watch, this.#recorder];
    return statusOf({ daemon, engine, clock, configuration, configurationAlarms, linkModes, watch, recorder });
  }

  #configurationStatus(): ConfigurationStatus {
    const { hostname, revision } = this.#configuration.facts();
    const { committedAt } = this.#configuration;
    const pending = this.#configuration.pending();
    const { configuration: file } = this.#options;
    return { file, hostname, revision, committedAt, waiting: this.#policy.waiting, pending };
  }
}
