// Random configurations that are right: what they refer to exists but for templates, their lists are in order.
import fc from "fast-check";
import { loginMethods } from "../../cli/grammar/login-methods.ts";
import type { Configuration } from "../../mgmt/config/configuration.ts";
import { type Key, put } from "../../mgmt/config/lists.ts";
import { aaaDefaults, serverGroups } from "../../mgmt/config/sections/aaa.ts";
import { LINKS } from "../../mgmt/config/sections/links.ts";
import { loginDefaults } from "../../mgmt/config/sections/login.ts";
import type { ZoneOverride } from "../../mgmt/config/sections/mass-mailing.ts";
import type { Detector } from "../../mgmt/config/sections/packages.ts";
import { sshDefaults } from "../../mgmt/config/sections/ssh.ts";
import { vtyDefaults } from "../../mgmt/config/sections/vty.ts";
import { nameSources } from "../../mgmt/dhcp/name.ts";
import { levels } from "../../mgmt/level.ts";
import { severities } from "../../mgmt/log/mnemonics.ts";

const INITIATORS = ["subscriber", "network", "either"] as const;
const RELATIONS = ["include", "exclude"] as const;
const WINDOWS = ["fixed", "sliding"] as const;
const COUNTS = ["attempts", "established"] as const;
const KINDS = ["exempt", "force-block"] as const;
const REFUSING = [[], ["reset"], ["reset-both"], ["cut"], ["reset", "cut"], ["reset-both", "cut"]] as const;
const LINK_MODES = ["forwarding", "bypass", "cutoff"] as const;
const NAME_ATTRIBUTES = ["user-name", "calling-station-id"] as const;
const SILENCE_ACTIONS = ["none", "warning", "remove-mappings", "shut"] as const;
const LETTERS = [..."abcXYZ019"];
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter((c) => c !== '"');

const word = () =>
  fc
    .tuple(fc.constantFrom(...LETTERS), fc.string({ unit: fc.constantFrom(...LETTERS, ".", "-", "_"), maxLength: 63 }))
    .map((parts) => parts.join(""));

const words = () => fc.uniqueArray(word(), { maxLength: 5 });

const some = <T>(all: readonly T[]) => fc.shuffledSubarray([...all], { minLength: 1 });

const string = () => fc.string({ unit: fc.constantFrom(...PRINTABLE), minLength: 1, maxLength: 64 });

const hostname = () => fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/);

const numbers = (min: number, max: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { maxLength });

/** Its text is made by arithmetic. */
const prefix4 = () =>
  fc.tuple(fc.bigInt(0n, (1n << 32n) - 1n), fc.nat(32)).map(([address, length]) => {
    const network = withoutHostBits(address, 32 - length);
    return `${[24n, 16n, 8n, 0n].map((shift) => (network >> shift) & 255n).join(".")}/${length}`;
  });

/** Its text is made by the URL standard's own way to write an address. */
const prefix6 = () =>
  fc.tuple(fc.bigInt(1n << 112n, (1n << 128n) - 1n), fc.integer({ min: 16, max: 128 })).map(([address, length]) => {
    const digits = withoutHostBits(address, 128 - length)
      .toString(16)
      .padStart(32, "0");
    return `${new URL(`http://[${digits.match(/.{4}/g)?.join(":")}]`).hostname.slice(1, -1)}/${length}`;
  });

const address = () => fc.oneof(prefix4(), prefix6()).map((prefix) => prefix.replace(/\/.*/, ""));

const secretHash = () =>
  fc
    .tuple(fc.integer({ min: 10, max: 17 }), fc.stringMatching(/^[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/))
    .map(([cost, saltAndHash]) => `$scrypt$ln=${cost},r=8,p=1$${saltAndHash}`);

const addresses = () => fc.uniqueArray(address(), { maxLength: 4 });

const serverKey = () => fc.stringMatching(/^[!#-~]{8,64}$/).filter((key) => !/^\*+$/.test(key));

const loginOrder = () => fc.shuffledSubarray([...loginMethods], { minLength: 1 });

/** Any 32 bytes are a key of Ed25519 to those who read it. */
const keys = () =>
  fc
    .uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 3, selector: String })
    .map((all) => all.map((bytes) => ({ algorithm: "ssh-ed25519" as const, blob: ed25519Blob(bytes) })))
    .map((all) => inOrder(all, ({ blob }) => blob));

/** RFC 8709 4. */
function ed25519Blob(bytes: Uint8Array): string {
  const head = Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20", "latin1");
  return Buffer.concat([head, bytes]).toString("base64");
}

const banner = () =>
  fc.string({ unit: fc.constantFrom(...PRINTABLE, "\n"), maxLength: 80 }).filter((text) => !text.includes("\\n"));

const prefixes = () => fc.uniqueArray(fc.oneof(prefix4(), prefix6()), { minLength: 1, maxLength: 5 });

/** All ports cut at an even number of places, which part those in the list from those between. */
const ports = () =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: 65_536 }), { minLength: 2, maxLength: 32 })
    .map((cuts) => cuts.slice(cuts.length % 2).sort((a, b) => a - b))
    .map((cuts) => cuts.flatMap((cut, index) => (index % 2 ? [{ first: cuts[index - 1] ?? 0, last: cut - 1 }] : [])));

export const configurations: fc.Arbitrary<Configuration> = fc.gen().map((draw) => {
  const maybe = <T>(make: () => T): T | undefined => (draw(fc.boolean) ? make() : undefined);
  const oneOf = <T>(list: readonly T[]): T => list[draw(fc.nat, list.length - 1)] as T;
  const number = (min: number, max: number) => draw(fc.integer, { min, max });

  const zones = draw(words).map((name) => ({ name, prefixes: inOrder(draw(prefixes), (each) => each) }));

  const zoneName = () => (zones.length > 0 ? (maybe(() => oneOf(zones).name) ?? null) : null);

  const homeZone = zoneName();
  const builtIn = ["smtp", "submission", ...(homeZone === null ? [] : ["smtp-off-net"])];

  const services = draw(words).map((name) => ({
    name,
    transport: maybe(() => ({ protocol: oneOf(["tcp", "udp"] as const), ports: draw(ports) })),
    initiator: oneOf(INITIATORS),
    zone: zones.length > 0 ? maybe(() => ({ relation: oneOf(RELATIONS), name: oneOf(zones).name })) : undefined,
  }));

  const actions = (): Detector["actions"] => {
    if (!draw(fc.boolean)) return ["report"];
    return [...(draw(fc.boolean) ? (["report"] as const) : []), "block", ...oneOf(REFUSING)];
  };
  const detector = (periodSeconds: number, window: Detector["window"], count: Detector["count"]): Detector => ({
    ...{ signal: "sessions", threshold: number(1, 1_000_000), periodSeconds, window, count, actions: actions() },
    holdSeconds: maybe(() => number(0, 86_400)) ?? 0,
  });
  const complete = services.filter(({ transport }) => transport !== undefined);
  const udp = complete.filter(({ transport }) => transport?.protocol === "udp").map(({ name }) => name);
  const packages = draw(numbers, 0, 255, 5).map((id) => {
    const watched = [...complete.map(({ name }) => name), ...builtIn].filter(() => draw(fc.boolean));
    const massMailing = watched.map((service) => ({ service, detectors: [] as Detector[] }));
    for (const periodSeconds of massMailing.length > 0 ? draw(numbers, 1, 86_400, 3) : []) {
      for (const window of draw(some, WINDOWS)) {
        for (const count of draw(some, COUNTS)) {
          const { service, detectors } = oneOf(massMailing);
          if (count === "established" && udp.includes(service)) continue;
          put(detectors, detector(periodSeconds, window, count), detectorOrder);
        }
      }
    }
    return { id, name: maybe(() => draw(string)), massMailing: inOrder(massMailing, ({ service }) => service) };
  });

  const zoneOverrides: ZoneOverride[] = [];
  for (const { name: zone } of zones.filter(() => draw(fc.boolean))) {
    for (const kind of draw(some, KINDS)) {
      const service = oneOf([null, "dns", ...complete.map(({ name }) => name)]);
      put(zoneOverrides, { kind, zone, service }, overrideOrder);
    }
  }

  const templates =
    packages.length > 0 ? draw(numbers, 1, 199, 5).map((id) => ({ id, package: oneOf(packages).id })) : [];
  const anonymousGroups = draw(prefixes).map((prefix, index) => ({
    name: `${index}${draw(string)}`.slice(0, 64),
    prefix,
    template: draw(fc.boolean) && templates.length > 0 ? oneOf(templates).id : number(0, 199),
    subscriberPrefixLength: prefix.includes(":") ? number(Math.max(32, Number(prefix.split("/")[1])), 128) : 32,
  }));

  const configuration: Configuration = {
    hostname: draw(hostname),
    enableSecrets: ([5, 10, 15] as const)
      .filter(() => draw(fc.boolean))
      .map((level) => ({ level, secret: draw(secretHash) })),
    users: inOrder(
      draw(words).map((name) => ({ name, level: oneOf(levels), secret: draw(secretHash), keys: draw(keys) })),
      nameOf,
    ),
    login:
      maybe(() => ({
        block:
          maybe(() => ({
            seconds: number(1, 65_535),
            attempts: number(1, 1000),
            withinSeconds: number(1, 65_535),
          })) ?? null,
        delaySeconds: number(0, 10),
        quietZone: zoneName(),
        passwordLengthMin: number(8, 64),
      })) ?? loginDefaults,
    aaa: {
      login: maybe(() => draw(loginOrder)) ?? aaaDefaults.login,
      accountSessions: maybe(() => oneOf(serverGroups)) ?? null,
      accountCommands: maybe(() => oneOf(serverGroups)) ?? null,
      radiusServers: draw(addresses).map((address) => ({
        ...{ address, authPort: number(1, 65_535), acctPort: number(1, 65_535), key: draw(serverKey) },
        ...{ timeoutSeconds: number(1, 30), retransmit: number(0, 5) },
      })),
      tacacsServers: draw(addresses).map((address) => ({
        ...{ address, port: number(1, 65_535), key: draw(serverKey), timeoutSeconds: number(1, 30) },
      })),
    },
    ssh:
      maybe(() => ({
        ...{ on: draw(fc.boolean), address: maybe(() => draw(address)) ?? null, port: number(1, 65_535) },
        ...{ graceSeconds: number(1, 120), attempts: number(1, 10), banner: draw(banner) },
      })) ?? sshDefaults,
    vty:
      maybe(() => ({
        ...{ sessions: number(1, 64), idleSeconds: number(0, 2_147_519), accessZone: zoneName() },
      })) ?? vtyDefaults,
    logging: {
      on: draw(fc.boolean),
      bufferedLines: number(16, 10_000),
      trap: oneOf(severities),
      host: maybe(() => ({ address: draw(address), port: number(1, 65_535) })) ?? null,
    },
    zones: inOrder(zones, nameOf),
    services: inOrder(services, nameOf),
    packages: inOrder(packages, idOf),
    linkModes: maybe(() => LINKS.map(() => oneOf(LINK_MODES))) ?? LINKS.map(() => "bypass"),
    subscriberMode: "anonymous",
    anonymousAgeingMinutes: maybe(() => number(1, 10_080)) ?? null,
    introducedAgeingMinutes: maybe(() => number(1, 80_640)) ?? null,
    anonymousGroups: inOrder(anonymousGroups, nameOf),
    templates: inOrder(templates, idOf),
    radiusAccounting: {
      port: maybe(() => number(1, 65_535)) ?? null,
      clients: inOrder(
        draw(addresses).map((address) => ({
          ...{ address, key: draw(serverKey), nameAttribute: oneOf(NAME_ATTRIBUTES) },
          packageAttribute:
            maybe(() => oneOf(["class", "filter-id", `${number(1, 0xffffff)}.${number(1, 255)}`])) ?? null,
          silence: maybe(() => ({ seconds: number(10, 86_400), action: oneOf(SILENCE_ACTIONS) })) ?? null,
        })),
        ({ address }) => address,
      ),
    },
    dhcp: {
      servers: inOrder(draw(addresses), (address) => address),
      name: oneOf(nameSources),
    },
    homeServers: homeZone === null ? null : { zone: homeZone },
    zoneOverrides,
  };
  return JSON.parse(JSON.stringify(configuration));
});

function inOrder<T>(list: readonly T[], keyOf: (item: T) => Key): T[] {
  const ordered: T[] = [];
  for (const item of list) put(ordered, item, keyOf);
  return ordered;
}

function detectorOrder({ periodSeconds, window, count }: Detector): string {
  return `sessions with period ${periodSeconds}, window ${window} and count ${count}`;
}

function overrideOrder({ kind, zone, service }: ZoneOverride): string {
  return `${kind} zone ${zone}${service === null ? "" : ` service ${service}`}`;
}

function withoutHostBits(address: bigint, bits: number): bigint {
  return (address >> BigInt(bits)) << BigInt(bits);
}

function nameOf({ name }: { name: string }): string {
  return name;
}

function idOf({ id }: { id: number }): number {
  return id;
}
