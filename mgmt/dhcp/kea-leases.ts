// A line of Kea's lease file (its memfile's CSV), of either family: the same as a server's reply says, and when it said so.

import { z } from "zod";
import { readAddress } from "../../cli/grammar/address.ts";
import type { Lease } from "./lease.ts";
import { type Identity, identity4, identity6 } from "./name.ts";
import { narrow, optionOf, readOptions, wide } from "./options.ts";

/** One of the lease's changes: the file has them in order, and the last one holds. */
export interface KeaLease extends Lease {
  /** When the client was heard, in Unix milliseconds. */
  readonly at: number;
}

/** A text: why the line is wrong, a sentence. Undefined: it is of nobody. */
export type KeaReader = (line: string) => KeaLease | string | undefined;

/** enum of Kea's lease states: `declined` is an address that somebody else has, of no client. */
const states = { given: "0", declined: "1" } as const;

const COMMON = ["address", "valid_lifetime", "expire", "state"] as const;
const columnsOf = {
  4: [...COMMON, "hwaddr", "client_id"],
  6: [...COMMON, "duid", "lease_type", "prefix_len"],
} as const;

const PREFIX_DELEGATION = "2";
const ETHERNET = 1;

/** Within option 82. */
const CIRCUIT_ID = 1;
const REMOTE_ID = 2;
/** Of relays of DHCPv6, and what precedes the remote id: its enterprise. */
const INTERFACE_ID = 18;
const REMOTE_ID_6 = 37;
const ENTERPRISE_BYTES = 4;

const hexadecimal = z.string().regex(/^0x(?:[0-9a-f]{2})*$/i);
const relays = z.array(z.object({ hop: z.int(), link: z.string().optional(), options: hexadecimal.optional() }));

/** What Kea keeps of relays with `store-extended-info`, in the form of 2.2 and in that of 2.4. */
const contextSchema = z.object({
  ISC: z
    .object({
      "relay-agent-info": z.union([hexadecimal, z.object({ "sub-options": hexadecimal })]).optional(),
      relays: relays.optional(),
      "relay-info": relays.optional(),
    })
    .optional(),
});
type Context = NonNullable<z.infer<typeof contextSchema>["ISC"]>;

/** By the file's first line. A text: why it is no lease file, a sentence. */
export function keaReader(header: string): KeaReader | string {
  const names = header.trimEnd().split(",");
  const family = names.includes("duid") ? 6 : 4;
  const missing = columnsOf[family].find((name) => !names.includes(name));
  if (missing !== undefined) return `It has no column ${missing}: its first line is not that of a lease file of Kea's.`;
  return (line) => {
    if (line.trim() === "") return undefined;
    const fields = line.trimEnd().split(",");
    if (fields.length !== names.length) return `It has ${fields.length} fields, and the first line ${names.length}.`;
    const row = new Map(names.map((name, index) => [name, fields[index]?.replaceAll("&#x2c", ",") ?? ""]));
    return leaseOf(family, (name) => row.get(name) ?? "");
  };
}

type Row = (column: string) => string;

function leaseOf(family: 4 | 6, row: Row): KeaLease | string | undefined {
  if (row("state") === states.declined) return undefined;
  const lifetime = numberOf(row("valid_lifetime"));
  const expire = numberOf(row("expire"));
  if (lifetime === undefined || expire === undefined) return "Its lifetime or its end is no number of seconds.";
  const address = readAddress(row("address"));
  if (address?.length !== (family === 4 ? 4 : 16)) return `${row("address")} is no address of IPv${family}.`;
  const context = contextOf(row("user_context"));
  if (!context) return "Its user_context is not Kea's.";
  const seconds = row("state") === states.given ? lifetime : 0;
  const held = family === 4 ? held4(row, address, context) : held6(row, address, context);
  return typeof held === "string" ? held : { ...held, seconds, at: (expire - lifetime) * 1000 };
}

type Held = Omit<KeaLease, "seconds" | "at">;

function held4(row: Row, address: Uint8Array, context: Context): Held | string {
  const hardwareAddress = bytesOf(row("hwaddr"));
  const clientId = bytesOf(row("client_id"));
  if (!hardwareAddress || !clientId) return "Its hwaddr or its client_id is not hexadecimal.";
  const sent = clientId.length > 0 ? clientId : undefined;
  const identity = identity4({ ...line4(context), clientId: sent, hardwareType: ETHERNET, hardwareAddress });
  return { identity, client: sent ?? hardwareAddress, attribute: "yiaddr", prefix: { bytes: address, length: 32 } };
}

function held6(row: Row, address: Uint8Array, context: Context): Held | string {
  const clientId = bytesOf(row("duid"));
  const length = numberOf(row("prefix_len"));
  if (!clientId?.length) return "Its duid is not hexadecimal.";
  if (length === undefined || length > 128) return `${row("prefix_len")} is no length of a prefix.`;
  const identity: Identity = identity6({ ...line6(context), clientId });
  const isPrefix = row("lease_type") === PREFIX_DELEGATION;
  return {
    ...{ identity, client: clientId, attribute: isPrefix ? "IAPREFIX" : "IAADDR" },
    prefix: { bytes: address, length: isPrefix ? length : 128 },
  };
}

function line4({ "relay-agent-info": info }: Context) {
  const hex = typeof info === "object" ? info["sub-options"] : info;
  const options = readOptions(fromHexadecimal(hex), narrow) ?? [];
  // Kea does not keep the relay's address.
  return { relayAddress: undefined, circuitId: optionOf(options, CIRCUIT_ID), remoteId: optionOf(options, REMOTE_ID) };
}

/** The relay next to the client has the fewest hops. */
function line6({ relays: before, "relay-info": now }: Context) {
  const nearest = (now ?? before ?? []).toSorted((a, b) => a.hop - b.hop);
  const options = nearest.flatMap((relay) => readOptions(fromHexadecimal(relay.options), wide) ?? []);
  const links = nearest.flatMap(({ link = "::" }) => readAddress(link) ?? []);
  const linkAddress = links.find((link) => link.some((byte) => byte !== 0));
  return {
    linkAddress: linkAddress && Buffer.from(linkAddress),
    interfaceId: optionOf(options, INTERFACE_ID),
    remoteId: optionOf(options, REMOTE_ID_6)?.subarray(ENTERPRISE_BYTES),
  };
}

function contextOf(text: string): Context | undefined {
  if (text === "") return {};
  try {
    return contextSchema.parse(JSON.parse(text)).ISC ?? {};
  } catch {
    return undefined;
  }
}

/** Of seconds, and bits. */
function numberOf(text: string): number | undefined {
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** `01:02:ff`; nothing is no bytes. */
function bytesOf(text: string): Buffer | undefined {
  if (text === "") return Buffer.alloc(0);
  return /^[0-9a-f]{2}(?::[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text.replaceAll(":", ""), "hex") : undefined;
}

function fromHexadecimal(text = "0x"): Buffer {
  return Buffer.from(text.slice(2), "hex");
}
