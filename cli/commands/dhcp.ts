// Questions about DHCP as a feed of subscribers.

import { LEG } from "../../mgmt/config/sections/subscribers.ts";
import { dhcpLines } from "../views/dhcp.ts";
import { type ExecCommand, show } from "./exec.ts";
import { showSubscriberHelp } from "./help.ts";

const dhcp = show({
  syntax: "show interface LineCard 0 subscriber LEG dhcp",
  help: {
    ...showSubscriberHelp,
    LEG,
    dhcp: "DHCP servers, and what came of their replies",
  },
  level: 5,
  query: ({ appliance }) => appliance.dhcp(),
  view: dhcpLines,
});

export const dhcpCommands: readonly ExecCommand[] = [dhcp];
