// Lines of Kea's lease files: what they say of leases, and what is wrong with others.

import test from "ava";
import { type KeaLease, keaReader } from "../../mgmt/dhcp/kea-leases.ts";
import { leaseEvent } from "../../mgmt/dhcp/lease.ts";
import { nameOf } from "../../mgmt/dhcp/name.ts";
import { mappingText } from "../../mgmt/subscribers/mapping.ts";

/** As Kea 2.2 writes them. */
const HEADER4 =
  "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context";
const HEADER6 =
  "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source";

function read(header: string, line: string): KeaLease | string | undefined {
  const reader = keaReader(header);
  return typeof reader === "string" ? reader : reader(line);
}

function lease(header: string, line: string): KeaLease {
  const found = read(header, line);
  if (typeof found !== "object") throw new Error(`${found}`);
  return found;
}

function row4({ clientId = "", expire = 5000, lifetime = 600, state = 0, context = "" } = {}): string {
  return `10.0.0.7,02:00:00:00:00:a7,${clientId},${lifetime},${expire},1,0,0,host,${state},${context.replaceAll(",", "&#x2c")}`;
}

function row6({ address = "2001:db8::7", type = 0, length = 128, context = "" } = {}): string {
  return `${address},00:03:00:01:02:00:00:00:00:a7,600,5000,1,300,${type},7,${length},0,0,,02:00:00:00:00:a7,0,${context.replaceAll(",", "&#x2c")},1,1`;
}

test("a lease of IPv4 is told as its acknowledgement was", (t) => {
  const event = leaseEvent(lease(HEADER4, row4()), "mac", lease(HEADER4, row4()).at);
  if (event?.kind !== "login") return t.fail(event?.kind);
  t.is(event.name, "02:00:00:00:00:a7");
  t.deepEqual(
    event.mappings.map(({ key, attribute }) => [attribute, mappingText(key)]),
    [["yiaddr", "10.0.0.7"]],
  );
  t.deepEqual([event.at, event.expiresAt], [4_400_000, 5_000_000]);
  t.is(event.session.id, "0200000000a7 10.0.0.7/32");
  const { identity } = lease(HEADER4, row4({ clientId: "01:02:00:00:00:00:a7" }));
  t.is(nameOf(identity, "client-id"), "0x010200000000a7");
});

test("addresses and prefixes of IPv6 are told apart", (t) => {
  const told = [row6(), row6({ address: "2001:db8:30::", type: 2, length: 56 })].map((line) => {
    const { attribute, prefix, seconds, identity } = lease(HEADER6, line);
    return [attribute, prefix.length, seconds, nameOf(identity, "mac")];
  });
  t.deepEqual(told, [
    ["IAADDR", 128, 600, "02:00:00:00:00:a7"],
    ["IAPREFIX", 56, 600, "02:00:00:00:00:a7"],
  ]);
});

test("what relays said of the line is in the context, in the form of either version", (t) => {
  const info = "0x01066c696e652d37020668 6f6d6537".replace(" ", "");
  const contexts = [
    { "relay-agent-info": "0x01066c696e652d370205686f6d6537" },
    { "relay-agent-info": { "sub-options": "0x01066c696e652d370205686f6d6537", "remote-id": "686f6d6537" } },
  ];
  for (const ISC of contexts) {
    const { identity } = lease(HEADER4, row4({ context: JSON.stringify({ ISC, mine: 1 }) }));
    t.is(nameOf(identity, "circuit-id"), "line-7");
    t.is(nameOf(identity, "remote-id"), "home7");
  }
  const cut = lease(HEADER4, row4({ context: JSON.stringify({ ISC: { "relay-agent-info": info } }) }));
  t.is(nameOf(cut.identity, "circuit-id"), undefined, "suboptions that do not fit");
  const far = { hop: 1, link: "::", peer: "::", options: "0x0012000472696e67" };
  const near = { hop: 0, link: "2001:db8::1", peer: "::", options: "0x001200066c696e652d3700250009000000096873652d37" };
  for (const ISC of [{ relays: [far, near] }, { "relay-info": [near, far] }]) {
    const { identity } = lease(HEADER6, row6({ context: JSON.stringify({ ISC }) }));
    t.is(nameOf(identity, "circuit-id"), "line-7");
    t.is(nameOf(identity, "relay-circuit-id"), "2001:db8::1 line-7");
    t.is(nameOf(identity, "remote-id"), "hse-7");
  }
});

test("a lease that was given back or reclaimed is over, and a declined address is nobody's", (t) => {
  for (const line of [row4({ lifetime: 0 }), row4({ state: 2 }), row4({ state: 3 })]) {
    t.is(leaseEvent(lease(HEADER4, line), "mac", 0)?.kind, "logout", line);
  }
  t.is(read(HEADER4, row4({ state: 1 })), undefined);
  t.is(read(HEADER4, ""), undefined);
});

test("a line that is wrong says why", (t) => {
  const wrong: readonly (readonly [header: string, line: string, why: RegExp])[] = [
    ["name, mappings, packageId", "", /^It has no column address: its first line is not/],
    [HEADER4, `${row4()},`, /^It has 12 fields, and the first line 11\.$/],
    [HEADER4, row4().replace("10.0.0.7", "2001:db8::7"), /^2001:db8::7 is no address of IPv4\.$/],
    [HEADER4, row4().replace("02:00", "2"), /^Its hwaddr or its client_id is not hexadecimal\.$/],
    [HEADER4, row4().replace("600", "soon"), /^Its lifetime or its end is no number of seconds\.$/],
    [HEADER4, row4({ context: "{" }), /^Its user_context is not Kea's\.$/],
    [HEADER6, row6({ type: 2, length: 129 }), /^129 is no length of a prefix\.$/],
    [HEADER6, row6().replace("00:03:00:01:02:00:00:00:00:a7", ""), /^Its duid is not hexadecimal\.$/],
  ];
  for (const [header, line, why] of wrong) t.regex(String(read(header, line)), why);
});
