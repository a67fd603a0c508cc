// `postern load`: has the daemon read its startup file.

import { loadText } from "../../mgmt/config/load.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { type Command, printJson } from "./command.ts";

export const load: Command = async ({ runDirectory, json }) => {
  const result = await ask(daemonSocket(runDirectory), { ask: "load" });
  const failed = result.outcome === "refused";
  return json ? { ...printJson(result), failed } : { text: loadText(result), failed };
};
