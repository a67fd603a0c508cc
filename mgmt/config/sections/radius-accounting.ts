// RADIUS accounting as a feed of subscribers: where it is listened for, and who may tell of logins.

import { z } from "zod";
import type { Rendered } from "../../../cli/grammar/command.ts";
import { cliText } from "../../errors.ts";
import { put, remove } from "../lists.ts";
import { excess, problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import type { Facts } from "../service.ts";
import { address, radiusAttribute, serverKey } from "../values.ts";
import { LEG, SUBSCRIBER } from "./subscribers.ts";

/** NASes, or proxies before them. */
export const RADIUS_CLIENTS_MAX = 100;

/** A day. */
const SILENCE_SECONDS_MAX = 86_400;

const nameAttributes = ["user-name", "calling-station-id"] as const;

const NAME_ATTRIBUTE_DEFAULT = "user-name";

/** What follows when a client has been silent for so long. */
const silenceSchema = z.strictObject({
  seconds: z.int().min(10).max(SILENCE_SECONDS_MAX),
  action: z.enum(["none", "warning", "remove-mappings", "shut"]),
});

const clientSchema = z.strictObject({
  address,
  key: serverKey,
  /** Whose value a subscriber is known by. */
  nameAttribute: z.enum(nameAttributes),
  /** Whose value is his package's number or name; null: nobody is told of packages. */
  packageAttribute: radiusAttribute.nullable(),
  /** null: it may be silent. */
  silence: silenceSchema.nullable(),
});

export const radiusAccountingSchema = z.strictObject({
  /** UDP; null: it is not listened for. */
  port: z.int().min(1).max(65_535).nullable(),
  clients: z.array(clientSchema),
});

export type RadiusClient = z.infer<typeof clientSchema>;
export type Silence = z.infer<typeof silenceSchema>;

export const radiusAccountingDefaults: z.infer<typeof radiusAccountingSchema> = { port: null, clients: [] };

/** RFC 2866 3. */
const PORT_DEFAULT = 1813;

const RADIUS_ACCOUNTING = "NASes, by RADIUS accounting (RFC 2866)";

const clientHelp = {
  ...{ subscriber: SUBSCRIBER, LEG, "radius-accounting": RADIUS_ACCOUNTING },
  client: "A NAS, or a proxy that NASes are behind: others are not heard",
  "<address>": "The IPv4 or IPv6 address that it sends from",
} as const;

const suggest = { address: ({ radiusAccounting: { clients } }: Facts) => clients.map(addressOf) };

const listen = line({
  mode: "linecard",
  syntax: "subscriber LEG radius-accounting [port <port:1-65535>]",
  help: {
    ...{ subscriber: SUBSCRIBER, LEG, "radius-accounting": RADIUS_ACCOUNTING },
    port: "At a UDP port of every address of this machine",
    "<port>": `Its number (default ${PORT_DEFAULT})`,
  },
  run: ({ radiusAccounting }, { port = PORT_DEFAULT }) => {
    radiusAccounting.port = port;
    return radiusAccounting;
  },
  slot: "subscriber LEG radius-accounting",
  no: ({ radiusAccounting }) => {
    radiusAccounting.port = null;
  },
});

const client = line({
  mode: "linecard",
  syntax:
    "subscriber LEG radius-accounting client <address:ADDRESS> key [0] <key:KEY> [name-attribute <nameAttribute:user-name|calling-station-id>] [package-attribute <packageAttribute:RADIUS-ATTRIBUTE>]",
  help: {
    ...clientHelp,
    key: "What only this appliance and the client know",
    "0": "In clear text",
    "<key>": "8 to 64 characters without blanks; it is masked where it is shown",
    "name-attribute": "The attribute that a subscriber is known by",
    "user-name": "User-Name (the default)",
    "calling-station-id": "Calling-Station-Id",
    "package-attribute": "The attribute that has his package, its number or its name (default: none)",
    "<packageAttribute>": "An attribute of the standard's, or a vendor's own",
  },
  suggest,
  run: ({ radiusAccounting: { clients } }, { address, key, nameAttribute, packageAttribute }) => {
    const silence = clients.find((each) => each.address === address)?.silence ?? null;
    const attributes = {
      nameAttribute: nameAttribute ?? NAME_ATTRIBUTE_DEFAULT,
      packageAttribute: packageAttribute ?? null,
    };
    return put(clients, { address, key, ...attributes, silence }, addressOf);
  },
  slot: "subscriber LEG radius-accounting client <address:ADDRESS>",
  no: ({ radiusAccounting: { clients } }, { address }) => remove(clients, address, addressOf),
});

const silence = line({
  mode: "linecard",
  syntax: `subscriber LEG radius-accounting client <address:ADDRESS> silence <seconds:10-${SILENCE_SECONDS_MAX}> action <action:none|warning|remove-mappings|shut>`,
  help: {
    ...clientHelp,
    silence: "When it is taken for dead: nothing with the right key came from it for a time",
    "<seconds>": "In seconds: longer than its subscribers' interim updates are apart",
    action: "What follows, until it is heard again",
    none: "Nothing",
    warning: "An alarm",
    "remove-mappings": "An alarm, and addresses that it told of are nobody's",
    shut: "An alarm, and nothing passes by links that judge",
  },
  suggest,
  run: ({ radiusAccounting: { clients } }, { address, ...silence }) => {
    const known = clients.find((each) => each.address === address);
    if (known) known.silence = silence;
    return known;
  },
  refuse: ({ radiusAccounting: { clients } }, { address }) =>
    clients.some((each) => each.address === address)
      ? undefined
      : problem(["address"], "unknown-radius-client", address),
  slot: "subscriber LEG radius-accounting client <address:ADDRESS> silence",
  no: ({ radiusAccounting: { clients } }, { address }) => {
    const known = clients.find((each) => each.address === address);
    if (known) known.silence = null;
  },
});

export const radiusAccounting: Section = {
  lines: [listen, client, silence].flatMap(({ forms }) => forms),

  render: ({ radiusAccounting: { port, clients } }) => [
    ...(port === null ? [] : [listen.print(port === PORT_DEFAULT ? {} : { port })]),
    ...clients.flatMap(printClient),
  ],

  *check({ radiusAccounting: { clients } }) {
    const path = ["radiusAccounting", "clients"];
    yield* repeats(path, clients, "Client", addressOf);
    yield* excess([[path, clients]], RADIUS_CLIENTS_MAX, "clients of RADIUS accounting");
  },

  *incomplete({ radiusAccounting: { port, clients } }) {
    const object = "subscriber LEG radius-accounting";
    if (port !== null && clients.length === 0) yield { object, lacks: cliText("no-radius-client") };
    if (port === null && clients.length > 0)
      yield { object: `${object} client`, lacks: cliText("no-radius-accounting") };
  },
};

function printClient({ address, key, ...settings }: Readonly<RadiusClient>): Rendered[] {
  const attributes = {
    ...(settings.nameAttribute === NAME_ATTRIBUTE_DEFAULT ? {} : { nameAttribute: settings.nameAttribute }),
    ...(settings.packageAttribute === null ? {} : { packageAttribute: settings.packageAttribute }),
  };
  const lines = [client.print({ address, key, ...attributes })];
  return settings.silence ? [...lines, silence.print({ address, ...settings.silence })] : lines;
}

function addressOf({ address }: Pick<RadiusClient, "address">): string {
  return address;
}
