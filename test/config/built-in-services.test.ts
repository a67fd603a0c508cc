// Services that are known without a line, and what becomes of them when the configuration has its own.
import test from "ava";
import { knownServices, policyServices } from "../../mgmt/config/known-services.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";

function read(...lines: readonly string[]) {
  const parsed = parseConfiguration(lines.join("\n"));
  return "errors" in parsed ? { errors: parsed.errors.map(({ line, message }) => `${line}: ${message}`) } : parsed;
}

/** Throws when the lines are wrong. */
function configurationOf(...lines: readonly string[]) {
  const found = read(...lines);
  if ("errors" in found) throw new Error(found.errors.join("\n"));
  return found.configuration;
}

const home = ["zone home", "ip 192.0.2.25", "exit", "interface LineCard 0", "mass-mailing home-servers zone home"];
const names = (services: readonly { readonly name: string }[]) => services.map(({ name }) => name);

test("some services are known to every configuration, and mail that is off-net once the home servers are", (t) => {
  const always = ["smtp", "smtp-outbound", "submission", "dns", "http"];
  t.deepEqual(names(knownServices(configurationOf())), always);
  const offNet = knownServices(configurationOf(...home)).find(({ name }) => name === "smtp-off-net");
  t.deepEqual(offNet, {
    name: "smtp-off-net",
    transport: { protocol: "tcp", ports: [{ first: 25, last: 25 }] },
    initiator: "subscriber",
    zone: { relation: "exclude", name: "home" },
  });
});

test("a service of the configuration takes the built-in one's place once it has ports", (t) => {
  const smtp = (...lines: string[]) =>
    knownServices(configurationOf("service smtp", ...lines)).filter(({ name }) => name === "smtp");
  const ports = (...lines: string[]) => smtp(...lines).map(({ transport }) => transport.ports);
  t.deepEqual(ports("initiator subscriber"), [[{ first: 25, last: 25 }]]);
  t.deepEqual(ports("protocol tcp port 2525"), [[{ first: 2525, last: 2525 }]]);
});

test("the policy has the configuration's services, and of the built-in ones those that somebody speaks of", (t) => {
  const configuration = configurationOf(
    ...["service later", "service web", "protocol tcp port 80"],
    ...["package 0", "mass-mailing service submission", "mass-mailing service web"],
    ...[...home, "mass-mailing exempt zone home service smtp-off-net"],
  );
  t.deepEqual(names(policyServices(configuration)), ["web", "smtp-off-net", "submission"]);
  t.deepEqual(names(policyServices(configuration, ["dns", "gone"])), ["web", "smtp-off-net", "submission", "dns"]);
});

test("64 services are accepted, built-in ones included; one more is refused where it is spoken of", (t) => {
  const own = (count: number) =>
    Array.from({ length: count }, (_, index) => [`service s${index}`, `protocol tcp port ${index + 1}`]).flat();
  const uses = ["package 0", "mass-mailing service smtp", "mass-mailing service dns"];
  t.true("configuration" in read(...own(62), ...uses));
  t.deepEqual(read(...own(63), ...uses), { errors: ["129: At most 64 services are possible: leave some out."] });
});
