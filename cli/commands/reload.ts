// `postern reload`: has the daemon read its configuration file again.

import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { printLineError } from "../line-error.ts";
import { type Command, printJson } from "./command.ts";

const told = {
  applied: "is in force.",
  unchanged: "was in force before: the file has not changed.",
  waiting: "is good, and waits for a fast path.",
};

export const reload: Command = async ({ runDirectory, json }) => {
  const result = await ask(daemonSocket(runDirectory), { ask: "reload" });
  const failed = result.outcome === "refused";
  if (json) return { ...printJson(result), failed };
  if (!failed) return { text: `Revision ${result.revision} ${told[result.outcome]}` };
  const { text, errors } = result.refusal;
  return { text: [...errors.map(printLineError), text].join("\n"), failed };
};
