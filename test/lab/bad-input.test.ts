// What cannot work ends with one clear sentence, and what works is not disturbed by it.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { linkArgument } from "../../lab/edge.ts";
import type { Lab } from "../../lab/lab.ts";
import { homes } from "../../lab/plan.ts";
import type { Outcome } from "../../lab/process.ts";
import { pcapBytes } from "../frames/pcap.ts";
import { Flow } from "./flow.ts";
import { inLab, withLab } from "./in-lab.ts";
import { asNobody, commandProgram, daemonProgram, fastPathProgram, postern } from "./programs.ts";
import { assertBlocked, breach, shortQuota } from "./zombie.ts";

const [home] = homes;

/** A command that cannot do what it is asked to, and the one line it says. */
interface Refusal {
  readonly what: string;
  readonly command: readonly string[];
  readonly says: RegExp;
}

function refusalsOf({ appliance, edge, site }: Lab): Refusal[] {
  const own = (name: string) => join(site.directory, name);
  const link = linkArgument(edge);
  const fastPath = (runDirectory: string, ports = link) => [
    ...[fastPathProgram, "--no-huge", "--run-dir", runDirectory, "--link", ports],
  ];
  const daemon = (runDirectory: string, stateDirectory: string) => [
    ...[...daemonProgram, "--run-dir", runDirectory, "--state-dir", stateDirectory],
    ...["--config", appliance.configurationFile],
  ];
  const { runDirectory, stateDirectory } = appliance;
  return [
    {
      what: "an unknown interface",
      command: fastPath(own("run-2"), link.replace("/sub0", "/no-such")),
      says: /^postern-fastpath: there is no interface no-such in namespace "\S+-subs"; make it with: ip tuntap add /,
    },
    {
      what: "an unknown namespace",
      command: fastPath(own("run-3"), "tap:no-such/sub0,tap:no-such/net0"),
      says: /^postern-fastpath: there is no network namespace no-such; see ip netns list$/,
    },
    {
      what: "an interface that is no tap",
      command: fastPath(own("run-11"), "tap:lo,tap:lo"),
      says: /^postern-fastpath: cannot attach to tap:lo: it must be a tap made with multi_queue that nobody else uses /,
    },
    {
      what: "a kind of port that there is not",
      command: fastPath(own("run-12"), "ring:0,ring:1"),
      says: /^postern-fastpath: a port begins with tap:, packet:, pcap: or pci:, not "ring:0"; see /,
    },
    {
      what: "an unknown interface of the kernel's",
      command: fastPath(own("run-13"), "packet:no-such,packet:no-such"),
      says: /^postern-fastpath: there is no interface no-such in namespace ""$/,
    },
    {
      what: "a capture that is not there",
      command: fastPath(own("run-14"), `pcap:${own("no-such")}:${own("out")},tap:lo`),
      says: /^postern-fastpath: cannot read the capture \S+: No such file or directory$/,
    },
    {
      what: "a file that is no capture",
      command: fastPath(own("run-15"), `pcap:${appliance.configurationFile}:${own("out")},tap:lo`),
      says: /^postern-fastpath: cannot read the capture \S+: unknown file format$/,
    },
    {
      what: "a capture in no directory",
      command: fastPath(own("run-16"), `pcap:${own("in.pcap")}:${own("no-such/out")},tap:lo`),
      says: /^postern-fastpath: cannot write the capture \S+: No such file or directory$/,
    },
    {
      what: "captures for two workers",
      command: [...fastPath(own("run-17"), `pcap:${own("in.pcap")}:${own("out")},tap:lo`), "--workers", "2"],
      says: /^postern-fastpath: port pcap:\S+ has one queue; use --workers 1$/,
    },
    {
      what: "a PCI device that is not there",
      command: fastPath(own("run-18"), "pci:0000:ff:1f.7,tap:lo"),
      says: /^postern-fastpath: there is no PCI device 0000:ff:1f\.7; see lspci -D$/,
    },
    {
      what: "an address that is none of PCI's",
      command: fastPath(own("run-19"), "pci:3:0.0,tap:lo"),
      says: /^postern-fastpath: a PCI port is pci:0000:03:00\.0, as lspci -D writes addresses, not "pci:3:0\.0"$/,
    },
    {
      what: "a driver that is not for PCI ports",
      command: fastPath(own("run-20"), "pci:0000:03:00.0/e1000,tap:lo"),
      says: /^postern-fastpath: the driver of a PCI port is vfio-pci or uio_pci_generic, not "e1000"$/,
    },
    {
      what: "a second fast path in the same run directory",
      command: fastPath(runDirectory),
      says: /^postern-fastpath: another appliance runs in \S+; stop it, or give this one a --run-dir of its own$/,
    },
    {
      what: "a fast path as a user who may not make its directory",
      command: asNobody(fastPath(own("run-4"))),
      says: /^postern-fastpath: cannot make \S+: Permission denied; it needs root, or a --run-dir of its own$/,
    },
    {
      what: "a fast path as a user who may not open ports",
      command: asNobody(fastPath(own("anybody/run"))),
      says: /^postern-fastpath: cannot enter the network namespace \S+: Operation not permitted; it needs root$/,
    },
    {
      what: "a second daemon in the same run directory",
      command: daemon(runDirectory, own("state-2")),
      says: /^postern daemon: Another daemon answers at \S+: stop it, or give this one a --run-dir of its own\.$/,
    },
    {
      what: "a second daemon with the same state",
      command: daemon(own("run-5"), stateDirectory),
      says: /^postern daemon: Another process holds \S+: stop the other daemon, or give this one a --state-dir\.$/,
    },
    {
      what: "a daemon as a user who may not make its directories",
      command: asNobody(daemon(own("run-6"), own("state-6"))),
      says: /^postern daemon: Cannot make the directory \S+: permission denied; .*\.$/,
    },
    {
      what: "a question by a user who may not ask",
      command: asNobody([...commandProgram, "status", "--run-dir", runDirectory]),
      says: /^postern: You may not ask the daemon at \S+: run this as root, or as a member of group postern\.$/,
    },
    {
      what: "a question where no daemon is",
      command: [...commandProgram, "status", "--run-dir", own("run-7")],
      says: /^postern: No daemon runs at \S+: start it .*\.$/,
    },
  ];
}

test(
  "a command that cannot work says so in one line, fails, and disturbs nobody",
  inLab({ quota: shortQuota }, async (t, lab) => {
    await breach(t, lab);
    // On its own like /tmp: anybody may write here.
    await mkdir(join(lab.site.directory, "anybody"));
    await lab.site.box.run(["chmod", "1777", join(lab.site.directory, "anybody")]);
    await writeFile(join(lab.site.directory, "in.pcap"), pcapBytes([]));
    const before = await lab.appliance.status();
    const flow = await Flow.start(lab, {
      direction: "upstream",
      subscriber: home,
      family: "ipv4",
      packetsPerSecond: 500,
    });
    for (const { what, command, says } of refusalsOf(lab)) {
      const { status, stdout, stderr }: Outcome = await lab.site.box.attempt(command);
      t.is(status, 1, `${what}: ${stderr}`);
      t.is(stdout, "", what);
      const [line = "", ...more] = stderr.split("\n").slice(0, -1);
      t.regex(line, says, what);
      t.deepEqual(more, [], what);
    }
    t.deepEqual((await flow.stop()).lost, []);
    t.is((await lab.appliance.status()).fastPath?.pid, before.fastPath?.pid);
    await assertBlocked(t, lab);
  }),
);

const malformed = `hostname "lab"
service smtp-outbound
 protokol tcp port 25
end
`;
const complaint = `Line 3:
 protokol tcp port 25
 ^
% Invalid input detected at '^' marker.
`;

test(
  "a malformed configuration is refused with a caret, and what was obeyed stays, also when the daemon is restarted",
  withLab({ quota: shortQuota }, async (t, lab) => {
    const { appliance } = lab;
    await breach(t, lab);
    await appliance.writeConfiguration(malformed);
    const { status, stdout, stderr } = await postern("load", appliance);
    t.is(status, 1);
    t.true(`${stdout}${stderr}`.includes(complaint), `${stdout}${stderr}`);

    const { alarms } = await appliance.status();
    t.regex(alarms.join("\n"), /was refused and revision 2 stays in force: one line is wrong/);

    await appliance.daemon.stop();
    await appliance.startDaemon();
    t.is((await appliance.status()).fastPath?.policyRevision, 2);
    await assertBlocked(t, lab);
  }),
);
