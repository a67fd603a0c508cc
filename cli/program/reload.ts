// `postern reload`: has the daemon read its configuration file again.

import { reloadText } from "../../mgmt/config/reload.ts";
import { ask } from "../../mgmt/local/client.ts";
import { daemonSocket } from "../../mgmt/paths.ts";
import { type Command, printJson } from "./command.ts";

export const reload: Command = async ({ runDirectory, json }) => {
  const result = await ask(daemonSocket(runDirectory), { ask: "reload" });
  const failed = result.outcome === "refused";
  return json ? { ...printJson(result), failed } : { text: reloadText(result), failed };
};
