import test from "ava";
import { type Candidate, emptyConfiguration } from "../../mgmt/config/configuration.ts";
import type { Detector } from "../../mgmt/config/sections/packages.ts";
import { validateConfiguration } from "../../mgmt/config/validate.ts";

function problemsOf(change: (candidate: Candidate) => void): string[] {
  const candidate = emptyConfiguration();
  change(candidate);
  return validateConfiguration(candidate).map(({ path, code }) => `${path.join(".")} ${code}`);
}

const transport = { protocol: "tcp", ports: [{ first: 25, last: 25 }] } as const;

test("a configuration without lines is right", (t) => {
  t.deepEqual(validateConfiguration(emptyConfiguration()), []);
});

test("values that no line could give are refused where they are", (t) => {
  t.deepEqual(
    problemsOf((candidate) => {
      candidate.hostname = "two words";
      candidate.zones.push({ name: "home", prefixes: ["192.0.2.1/24"] });
      candidate.services.push({ name: "smtp", initiator: "either", transport: { protocol: "tcp", ports: [] } });
      candidate.packages.push({ id: 256, massMailing: [] });
      candidate.linkModes.pop();
      candidate.templates.push({ id: 0, package: 0 });
    }),
    [
      "hostname invalid-value",
      "zones.0.prefixes.0 invalid-value",
      "services.0.transport.ports invalid-value",
      "packages.0.id invalid-value",
      "linkModes invalid-value",
      "templates.0.id invalid-value",
    ],
  );
});

test("port ranges that touch or are out of order are refused: one set of ports has one list", (t) => {
  for (const ports of [
    [
      { first: 25, last: 25 },
      { first: 26, last: 30 },
    ],
    [
      { first: 465, last: 465 },
      { first: 25, last: 25 },
    ],
    [{ first: 30, last: 25 }],
  ]) {
    t.deepEqual(
      problemsOf(({ services }) =>
        services.push({ name: "s", initiator: "either", transport: { protocol: "tcp", ports } }),
      ),
      ["services.0.transport.ports invalid-value"],
    );
  }
});

test("two objects of one name are refused at the second", (t) => {
  t.deepEqual(
    problemsOf((candidate) => {
      for (const _ of [1, 2]) {
        candidate.zones.push({ name: "home", prefixes: [] });
        candidate.services.push({ name: "smtp", initiator: "either", transport });
        candidate.packages.push({ id: 1, massMailing: [] });
        candidate.templates.push({ id: 1, package: 1 });
      }
    }),
    ["zones.1 given-twice", "services.1 given-twice", "packages.1 given-twice", "templates.1 given-twice"],
  );
});

test("a package may watch a service once, and only one that has ports", (t) => {
  t.deepEqual(
    problemsOf(({ services, packages }) => {
      services.push({ name: "smtp", initiator: "either", transport }, { name: "web", initiator: "either" });
      const massMailing = ["smtp", "smtp", "web", "none"].map((service) => ({ service, detectors: [] }));
      packages.push({ id: 1, massMailing });
    }),
    [
      "packages.0.massMailing.2.service incomplete-service",
      "packages.0.massMailing.3.service unknown-service",
      "packages.0.massMailing.1 given-twice",
    ],
  );
});

test("what is harder than block needs it, and one reset is enough", (t) => {
  const problems = (actions: Detector["actions"]) =>
    problemsOf(({ services, packages }) => {
      services.push({ name: "smtp", initiator: "either", transport });
      const counted = {
        signal: "sessions",
        threshold: 1,
        periodSeconds: 1,
        window: "fixed",
        count: "attempts",
      } as const;
      packages.push({
        id: 1,
        massMailing: [{ service: "smtp", detectors: [{ ...counted, holdSeconds: 0, actions }] }],
      });
    });
  const path = "packages.0.massMailing.0.detectors.0.actions";
  for (const action of ["reset", "reset-both", "cut"] as const) {
    t.deepEqual(problems(["report", action]), [`${path} needs-block`]);
    t.deepEqual(problems(["block", action]), []);
  }
  t.deepEqual(problems(["block", "reset", "reset-both"]), [`${path} resets-twice`]);
});

test("established sessions are TCP's, by whichever definition the service has", (t) => {
  const problems = (service: string, own?: "tcp" | "udp") =>
    problemsOf(({ services, packages }) => {
      if (own) services.push({ name: service, initiator: "either", transport: { ...transport, protocol: own } });
      const detector = {
        signal: "sessions",
        threshold: 1,
        periodSeconds: 1,
        window: "fixed",
        holdSeconds: 0,
        count: "established",
        actions: ["report"],
      } as const;
      packages.push({ id: 1, massMailing: [{ service, detectors: [detector] }] });
    });
  const wrong = ["packages.0.massMailing.0.detectors.0.count no-handshake"];
  t.deepEqual(problems("smtp"), []);
  t.deepEqual(problems("dns"), wrong);
  t.deepEqual(problems("dns", "tcp"), []);
  t.deepEqual(problems("smtp", "udp"), wrong);
});

test("a group may be incomplete, but a change may not make one so that is in use", (t) => {
  const made = emptyConfiguration();
  made.packages.push({ id: 0, massMailing: [] });
  made.templates.push({ id: 4, package: 0 });
  for (const template of [0, 4, 5]) {
    const prefix = `10.${template}.0.0/16`;
    made.anonymousGroups.push({ name: `LT${template}`, prefix, template, subscriberPrefixLength: 32 });
  }
  t.deepEqual(validateConfiguration(made), []);
  const bare = { ...made, packages: [], templates: [] };
  t.deepEqual(validateConfiguration(bare), []);
  t.deepEqual(
    validateConfiguration(bare, made).map(({ path, code }) => `${path.join(".")} ${code}`),
    ["anonymousGroups.0.template unknown-package", "anonymousGroups.1.template unknown-template"],
  );
  t.deepEqual(validateConfiguration({ ...bare, anonymousGroups: [] }, made), []);
});

test("100,000 prefixes in all zones are accepted, one more is refused", (t) => {
  const hosts = Array.from(
    { length: 100_000 },
    (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32`,
  );
  const half = { name: "half", prefixes: hosts.slice(0, 50_000) };
  const rest = { name: "rest", prefixes: hosts.slice(50_000) };
  const more = { name: "more", prefixes: ["192.0.2.0/24"] };
  t.deepEqual(
    problemsOf(({ zones }) => zones.push(half, rest)),
    [],
  );
  t.deepEqual(
    problemsOf(({ zones }) => zones.push(half, more, rest)),
    ["zones.2.prefixes.49999 too-many"],
  );
});

test("a zone that people come in from must exist, have addresses, and not be long", (t) => {
  const prefixes = Array.from({ length: 1001 }, (_, index) => `10.0.${index >> 8}.${index & 255}/32`);
  for (const [zones, code] of [
    [[], "unknown-zone"],
    [[{ name: "noc", prefixes: [] }], "empty-zone"],
    [[{ name: "noc", prefixes }], "too-many"],
  ] as const) {
    const found = problemsOf((candidate) => {
      candidate.zones.push(...structuredClone(zones as unknown as Candidate["zones"]));
      candidate.vty.accessZone = "noc";
      candidate.login.quietZone = "noc";
    });
    t.deepEqual(found, [`login.quietZone ${code}`, `vty.accessZone ${code}`]);
  }
  const thousand = { name: "noc", prefixes: prefixes.slice(1) };
  const right = { ...emptyConfiguration(), zones: [thousand] };
  right.vty.accessZone = "noc";
  t.deepEqual(validateConfiguration(right), []);
});

test("a login order may name servers that are not there yet, but a change may not take those it has", (t) => {
  const server = { address: "192.0.2.50", port: 49, key: "tac-tac-tac", timeoutSeconds: 5 };
  const made = emptyConfiguration();
  made.aaa.login = ["tacacs+", "local"];
  t.deepEqual(validateConfiguration(made), []);
  const working = structuredClone(made);
  working.aaa.tacacsServers.push(server);
  t.deepEqual(validateConfiguration(working, made), []);
  t.deepEqual(
    validateConfiguration(made, working).map(({ path, code }) => `${path.join(".")} ${code}`),
    ["aaa.login no-server"],
  );
  t.deepEqual(validateConfiguration(emptyConfiguration(), working), []);
});
