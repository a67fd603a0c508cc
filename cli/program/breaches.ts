// `postern breaches`: who was in breach.

import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { breachLines } from "../views/breaches.ts";
import { type Command, printJson } from "./command.ts";

export const breaches: Command = async ({ runDirectory, json, count }) => {
  const found = await ask(daemonSocket(runDirectory), { ask: "breaches", count });
  if (json) return printJson(found);
  return { text: found.length > 0 ? breachLines(found).join("\n") : "No breach yet." };
};
