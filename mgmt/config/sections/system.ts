// The appliance itself.

import { line, type Section } from "../section.ts";
import { hostname } from "../values.ts";

export const hostnameSchema = hostname;

export const HOSTNAME_DEFAULT = "postern";

const hostnameLine = line({
  mode: "global",
  syntax: "hostname <hostname:HOSTNAME>",
  help: { hostname: "Name this appliance", "<hostname>": "Its name, which prompts begin with" },
  run: (candidate, { hostname }) => {
    candidate.hostname = hostname;
  },
  slot: "hostname",
  no: (candidate) => {
    candidate.hostname = HOSTNAME_DEFAULT;
  },
});

export const system: Section = {
  lines: hostnameLine.forms,
  render: (configuration) => [hostnameLine.print(configuration)],
  check: () => [],
};
