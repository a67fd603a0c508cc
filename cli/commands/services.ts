// The services that can be counted.

import {
  builtInMeaning,
  checkService,
  type KnownService,
  knownServices,
  serviceNames,
} from "../../mgmt/config/known-services.ts";
import type { Facts } from "../../mgmt/config/service.ts";
import { Sentence } from "../../mgmt/sentence.ts";
import { type ListedService, serviceLines, servicesLines } from "../views/services.ts";
import { type ExecCommand, show } from "./exec.ts";
import { showHelp } from "./help.ts";

const servicesHelp = { ...showHelp, services: "What can be counted, and which packages count it" } as const;

const all = show({
  syntax: "show services",
  help: servicesHelp,
  level: 5,
  query: ({ appliance }) => listed(appliance.facts()),
  view: servicesLines,
});

const one = show({
  syntax: "show services name <name:WORD>",
  help: { ...servicesHelp, name: "One of them", "<name>": "Its name" },
  suggest: { name: serviceNames },
  level: 5,
  query({ appliance }, { name }) {
    const facts = appliance.facts();
    for (const { message } of checkService([], name, facts)) throw new Sentence(message);
    return listed(facts).filter((each) => each.name === name);
  },
  view: (found) => found.flatMap(serviceLines),
});

export const serviceCommands: readonly ExecCommand[] = [all, one];

function listed(facts: Facts): ListedService[] {
  return knownServices(facts).map(({ name, transport, initiator, zone = null }) => {
    const meaning = builtInMeaning(name, facts);
    const from = meaning === null ? "configuration" : "built in";
    return { name, ...transport, initiator, zone, from, meaning, packages: packagesOf(name, facts) };
  });
}

/** Those that measure or count it. */
function packagesOf(service: KnownService["name"], { packages }: Facts): ListedService["packages"] {
  return packages.flatMap(({ id, name = null, massMailing }) =>
    massMailing.filter((each) => each.service === service).map(({ detectors }) => ({ id, name, detectors })),
  );
}
