// What the shows are asked about: an appliance in one of several states, two days after its start.
import type { ServerFigures } from "../../../mgmt/aaa/server-record.ts";
import type { Appliance } from "../../../mgmt/appliance.ts";
import { emptyConfiguration } from "../../../mgmt/config/configuration.ts";
import { factsOf } from "../../../mgmt/config/facts.ts";
import { dhcpDefaults } from "../../../mgmt/config/sections/dhcp.ts";
import { loginDefaults } from "../../../mgmt/config/sections/login.ts";
import { sshDefaults } from "../../../mgmt/config/sections/ssh.ts";
import type { ConfigurationService } from "../../../mgmt/config/service.ts";
import type { DhcpStatus } from "../../../mgmt/dhcp/feed.ts";
import { DhcpFigures } from "../../../mgmt/dhcp/figures.ts";
import type { EngineStatus } from "../../../mgmt/engine/engine_port.ts";
import { FakeEngine } from "../../../mgmt/engine/fake_engine.ts";
import { loggingDefaults } from "../../../mgmt/log/settings.ts";
import type { RadiusAccountingStatus } from "../../../mgmt/radius/listener/radius-accounting.ts";
import type { SshStatus } from "../../../mgmt/ssh/server.ts";
import { look } from "../../../mgmt/status/alarms.ts";
import { statusOf } from "../../../mgmt/status/status.ts";
import { loadOf } from "../../../mgmt/status/worker_loads.ts";
import type { Machine } from "../../../mgmt/system/machine.ts";
import { BOOT, FakeClock, region } from "../../daemon/parts.ts";

type Asked =
  | "status"
  | "machine"
  | "bootedAt"
  | "process"
  | "facts"
  | "sessions"
  | "logins"
  | "ssh"
  | "audit"
  | "aaaServers"
  | "dhcp"
  | "radiusAccounting";

type Questions = Pick<Appliance, Asked> & {
  readonly configuration: Partial<ConfigurationService>;
  readonly subscribers: Pick<Appliance["subscribers"], "count" | "find">;
  readonly overrides: Pick<Appliance["overrides"], "list">;
  readonly log: Pick<Appliance["log"], "status">;
};

export const SECRET = "the hash of a secret";

const configurationService: Partial<ConfigurationService> = {
  text: async (_, { secrets }) => `enable secret level 15 ${secrets ? SECRET : "<hidden>"}\n`,
  diff: async () => [],
  incomplete: async () => [],
  revisions: async () => [],
  sessions: () => [],
  pending: () => null,
};

export const clock = new FakeClock();
clock.bootMs = ((2 * 24 + 3) * 60 + 4) * 60_000 + 5123;

const machine: Machine = {
  kernel: "Linux 6.1.0-13-amd64",
  processor: "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz",
  processors: 16,
  memoryBytes: 63.7 * 2 ** 30,
  chassis: {
    ...{ maker: "Dell Inc.", product: "PowerEdge R640", version: "01" },
    ...{ serial: "ABC1234", boardSerial: "CN70163" },
  },
};

const bareMachine: Machine = {
  ...machine,
  ...{ processor: null, processors: 2, memoryBytes: 512 * 2 ** 20 },
  chassis: { maker: null, product: null, version: null, serial: null, boardSerial: null },
};

const idle = {
  ...{
    heartbeat: 1,
    turnsIdle: 0,
    handedOver: 0,
    samplesSuppressed: 0,
    dhcpSuppressed: 0,
    ticks: 0,
    ticksBusy: 0,
    packets: 0,
  },
  ...{ bursts: Array<number>(6).fill(0), latencies: Array<number>(21).fill(0) },
};

const busy = {
  ...{ ...idle, handedOver: 1234, ticks: 2_000_000_000, ticksBusy: 100_000_000, packets: 20_000 },
  bursts: [3000, 0, 0, 0, 0, 1000],
  latencies: [0, 0, 0, 0, 10_000, 0, 0, 9_990, ...Array<number>(12).fill(0), 10],
};

const resting = { ...idle, ticks: 1_000_000_000 };

const unasked = {
  ...{ requests: 0, answers: 0, accepts: 0, refusals: 0, unanswered: 0, untrusted: 0 },
  answerMs: null,
};

const servers: readonly ServerFigures[] = [
  {
    ...{ protocol: "radius", use: "login", address: "192.0.2.5", port: 1812, state: "answering" },
    ...{ requests: 1234, answers: 1230, accepts: 1200, refusals: 30, unanswered: 4, untrusted: 1, answerMs: 2.25 },
  },
  {
    ...{ protocol: "radius", use: "login", address: "2001:db8:0:53::5", port: 1812, state: "silent" },
    ...{ requests: 6, answers: 0, accepts: 0, refusals: 0, unanswered: 6, untrusted: 0, answerMs: null },
  },
  { protocol: "radius", use: "accounting", address: "192.0.2.5", port: 1813, state: "unasked", ...unasked },
  { protocol: "tacacs+", use: "both", address: "192.0.2.6", port: 49, state: "unasked", ...unasked },
];

const attributes = { nameAttribute: "user-name", packageAttribute: null } as const;

const radiusAccounting: RadiusAccountingStatus = {
  port: 1813,
  alarms: ["RADIUS client 2001:db8:0:53::8 is silent: nothing with its key came for 900 seconds."],
  clients: [
    {
      ...{ address: "192.0.2.7", ...attributes, silence: null, isSilent: false, nases: 2, heardAt: BOOT + 95_000 },
      counts: { start: 12_345, interim: 240_000, stop: 12_001, on: 2, off: 1, repeated: 17, answers: 264_366 },
      troubles: { "wrong-key": 3, "not-its-own": 21 },
    },
    {
      ...{ address: "2001:db8:0:53::8", ...attributes, silence: { seconds: 900, action: "remove-mappings" } },
      ...{ isSilent: true, nases: 0, heardAt: null, troubles: { "unknown-package": 1 } },
      counts: { start: 0, interim: 0, stop: 0, on: 0, off: 0, repeated: 0, answers: 0 },
    },
  ],
  strangers: { packets: 1234, latest: "198.51.100.9" },
};

const noRadiusAccounting: RadiusAccountingStatus = {
  ...{ port: null, alarms: [], clients: [], strangers: { packets: 0, latest: null } },
};

/** A fast path that works. */
function working(): EngineStatus {
  const { live, counters, ...rest } = region({ generation: 3 });
  const up = { up: true, missed: 3, starved: 0 };
  return {
    ...rest,
    live: { ...live, policyRevision: 7, policyAppliedMs: 30_000, links: [{ subscriber: up, network: up }] },
    counters: { ...counters, workers: [busy, resting] },
  };
}

/** One that took over from others, with a port down, told to pass everything. */
function troubled(): EngineStatus {
  const { header, live, counters } = working();
  const up = { up: true, missed: 3, starved: 0 };
  const links = [{ subscriber: up, network: { ...up, up: false } }];
  return { header: { ...header, starts: 3 }, live: { ...live, links, linkModes: ["bypass"] }, counters };
}

const ssh: SshStatus = {
  settings: { ...sshDefaults, on: true, address: "192.0.2.1", banner: "Mind the gap." },
  alarms: [],
  hostKeys: [{ kind: "ed25519", fingerprint: "SHA256:fPKqYLTOMj4F2+SfXRAxt/KZ9ukxbeFnLjzdO3GTG08" }],
  connections: [
    {
      ...{ from: "192.0.2.7", user: "alice", sessions: 2, since: BOOT + 90_000, software: "OpenSSH_9.2p1" },
      agreed: {
        ...{ kex: "curve25519-sha256", hostKey: "ssh-ed25519" },
        ...{ cipher: "aes128-ctr", mac: "hmac-sha2-256-etm@openssh.com" },
      },
    },
    { from: "2001:db8::7", user: null, sessions: 0, since: BOOT + 95_000, software: "", agreed: null },
  ],
};

const noSsh: SshStatus = {
  ...{ settings: { ...sshDefaults, on: true }, hostKeys: [], connections: [] },
  alarms: ["SSH cannot listen at port 22: it is in use."],
};

const noDhcp: DhcpStatus = { ...dhcpDefaults, counts: new DhcpFigures().counts, missed: 0, stranger: null };

const dhcp: DhcpStatus = {
  servers: ["192.0.2.53", "2001:db8::53"],
  name: "relay-circuit-id",
  counts: { ...noDhcp.counts, given: 12_345, renewed: 678, ended: 9, other: 4321, unlisted: 2 },
  missed: 17,
  stranger: { address: "192.0.2.54", at: BOOT + 90_000 },
};

/** `watched`: what the daemon's watch says of the fast path. */
function asked(said: EngineStatus | undefined, on: Machine, watched: { alive: boolean; absence?: string }): Questions {
  const engine = new FakeEngine();
  if (said) engine.attach(said);
  const seen = said && look(undefined, { status: said, eventsLost: 0, isCutOff: false }, clock.nowMs());
  const { alive, absence } = watched;
  const alarms = [...(absence ? [absence] : []), ...(seen?.alarms.map(({ text }) => text) ?? [])];
  const loads = [busy, resting].map((now) => loadOf(idle, now, 2_000_000_000));
  const configuration = {
    ...{ file: "/etc/postern/startup-config", revision: 7, committedAt: BOOT + 30_000 },
    ...{ pending: null, hostname: "edge-1" },
  };
  return {
    status: () =>
      statusOf({
        daemon: { pid: 4211, startedAt: BOOT + 12_000, eventsLost: 0 },
        engine,
        configuration,
        configurationAlarms: [],
        policy: { waiting: null, linkModes: () => ["forwarding"], alarms: () => [] },
        watch: { alive, alarms: () => alarms, loads: () => loads },
        recorder: { open: () => [], alarm: undefined },
        collector: { alarm: undefined },
        names: { alarms: () => [] },
        radiusAccounting: { alarms: () => [] },
        ssh: { alarms: () => [] },
        clock,
      }),
    machine: () => on,
    bootedAt: () => BOOT,
    process: () => ({
      memoryBytes: 84 * 2 ** 20,
      heapBytes: 31.5 * 2 ** 20,
      processorMs: 0.015 * (clock.bootMs - 12_000),
      eventLoop: { mean: 0.1, most: 0.4, worst: 12.3 },
    }),
    facts: () => factsOf({ ...emptyConfiguration(), hostname: "edge-1" }, 7),
    ssh: () => (watched.alive ? ssh : noSsh),
    configuration: configurationService,
    subscribers: { count: async () => 0, find: async function* () {} },
    overrides: { list: async function* () {} },
    log: { status: () => ({ settings: loggingDefaults, leftOut: 0, lines: [] }) },
    sessions: () => [],
    radiusAccounting: () => (watched.alive ? radiusAccounting : noRadiusAccounting),
    aaaServers: () => (watched.alive ? servers : []),
    dhcp: () => (watched.alive ? dhcp : noDhcp),
    logins: {
      gate: () => ({ settings: loginDefaults, quietSeconds: null, window: null, blocked: [] }),
      refusals: () => ({ count: 0, latest: [] }),
    },
    audit: async () => [],
  };
}

const STILL = "The process that served the region stands still: its supervisor should start another one.";

export const scenes: Readonly<Record<string, Questions>> = {
  healthy: asked(working(), machine, { alive: true }),
  troubled: asked(troubled(), bareMachine, { alive: true }),
  still: asked(working(), machine, { alive: false, absence: STILL }),
  absent: asked(undefined, machine, { alive: false, absence: "No fast path was found yet." }),
};
