// What would be done with a session.

import type { Classified } from "../../mgmt/policy/classify.ts";
import { classifiedLines } from "../views/classify.ts";
import { type ExecCommand, show } from "./exec.ts";
import { isRefusing } from "./refusing.ts";

const classify = show({
  syntax: "test classify <from:ADDRESS> <to:ADDRESS> [<protocol:tcp|udp> <port:1-65535>]",
  help: {
    test: "Ask what would be done",
    classify: "With a session: whose it is, what counts it, what refuses it",
    "<from>": "The address that opens it",
    "<to>": "The other address",
    tcp: "A connection",
    udp: "An exchange",
    "<port>": "The server's port (default tcp 25)",
  },
  level: 5,
  async query({ appliance }, { from, to, protocol = "tcp", port: serverPort = 25 }) {
    const found: Classified = await appliance.classify({ from, to, protocol, serverPort });
    return { ...found, refusing: isRefusing(appliance) };
  },
  view: classifiedLines,
});

export const classifyCommands: readonly ExecCommand[] = [classify];
