// Kea as Debian has it, beside the servers of the lab, and a client behind the subscriber-side port: both families, addresses and
// a delegated prefix. The client is told its lease and changes nothing of its machine.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../../lab/lab.ts";
import { dns, prefixes, zombie } from "../../lab/plan.ts";
import { until } from "../../lab/process.ts";

/** The address that its replies to clients come from: in DHCPv6 the link's own, made of the port's MAC address. */
export const servers = { ipv4: dns.ipv4, ipv6: "fe80::5eff:fe30:2" } as const;

/** What the client behind the port is given: addresses of the zombie's. */
const leased = { ipv4: zombie.ipv4, prefix: "2001:db8:30:66::/64", ipv6: "2001:db8:30:1::7" } as const;

const LEASE_SECONDS = 600;

type Family = 4 | 6;

function configurationOf(family: Family, folder: string, { edge }: Lab): object {
  const { device } = edge.networkSide;
  const client = { "hw-address": edge.subscriberSide.mac };
  const pools = {
    4: {
      subnet: prefixes.subscribers.ipv4,
      reservations: [{ ...client, "ip-address": leased.ipv4 }],
    },
    6: {
      subnet: prefixes.subscribers.ipv6,
      reservations: [{ ...client, "ip-addresses": [leased.ipv6], prefixes: [leased.prefix] }],
    },
  } as const;
  return {
    [`Dhcp${family}`]: {
      "interfaces-config": { interfaces: [family === 4 ? `${device}/${servers.ipv4}` : device] },
      "lease-database": { type: "memfile", name: join(folder, `kea-leases${family}.csv`) },
      "valid-lifetime": LEASE_SECONDS,
      ...(family === 6 ? { "preferred-lifetime": LEASE_SECONDS / 2, "data-directory": folder } : {}),
      [`subnet${family}`]: [{ ...pools[family], interface: device }],
      loggers: [{ name: `kea-dhcp${family}`, output_options: [{ output: "stderr" }], severity: "INFO" }],
    },
  };
}

/** Returns where its lease files are, when it listens. */
export async function startKea(lab: Lab): Promise<string> {
  const folder = join(lab.site.directory, "kea");
  await mkdir(folder);
  for (const family of [4, 6] as const) await startServer(lab, family, folder);
  return folder;
}

async function startServer(lab: Lab, family: Family, folder: string): Promise<void> {
  const file = join(folder, `kea-dhcp${family}.json`);
  await writeFile(file, JSON.stringify(configurationOf(family, folder, lab)));
  const command = ["env", `KEA_PIDFILE_DIR=${folder}`, "KEA_LOCKFILE_DIR=none", `kea-dhcp${family}`, "-c", file];
  let listens = false;
  const part = await lab.site.network.start(`kea-dhcp${family}`, command, {
    log: join(folder, `kea-dhcp${family}.log`),
    onComplaint: (line) => {
      listens ||= line.includes(`DHCP${family}_STARTED`);
    },
  });
  await until(`${part.name} listens`, async () => listens, { part });
}

/** Asks for a lease and goes when there is one. */
export async function askForLease(lab: Lab, family: Family): Promise<void> {
  const folder = join(lab.site.directory, "kea");
  const leases = join(folder, `client${family}.leases`);
  await writeFile(leases, "");
  const options = family === 6 ? ["-6", "-N", "-P", "-D", "LL"] : ["-4"];
  const files = ["-sf", "/bin/true", "-cf", "/dev/null", "-lf", leases, "-pf", join(folder, `client${family}.pid`)];
  const command = ["dhclient", ...options, "-1", "-d", ...files, lab.edge.subscriberSide.device];
  const log = join(folder, `client${family}.log`);
  const part = await lab.site.subscribers.start(`dhclient -${family}`, command, { log });
  const isBound = async () => (await readFile(leases, "utf8")).includes("lease");
  await until("the client has a lease", isBound, { part, timeoutSeconds: 30 });
  await part.stop();
}
