// The appliance itself.

import { line, type Section } from "../section.ts";
import { hostname } from "../values.ts";

export const hostnameSchema = hostname;

const hostnameLine = line({
  mode: "global",
  syntax: "hostname <hostname:HOSTNAME>",
  help: { hostname: "Name this appliance", "<hostname>": "Its name, which prompts begin with" },
  run: (candidate, { hostname }) => {
    candidate.hostname = hostname;
  },
});

export const system: Section = {
  lines: [hostnameLine],
  render: (configuration) => [[hostnameLine.print(configuration)]],
  check: () => [],
};
