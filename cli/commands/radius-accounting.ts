// RADIUS accounting as a feed of subscribers.

import { LEG } from "../../mgmt/config/sections/subscribers.ts";
import { radiusAccountingLines } from "../views/radius-accounting.ts";
import { type ExecCommand, show } from "./exec.ts";
import { showSubscriberHelp } from "./help.ts";

const radiusAccounting = show({
  syntax: "show interface LineCard 0 subscriber LEG radius-accounting",
  help: {
    ...{ ...showSubscriberHelp, LEG },
    "radius-accounting": "NASes, by RADIUS accounting: what each client did",
  },
  level: 5,
  query: ({ appliance }) => appliance.radiusAccounting(),
  view: radiusAccountingLines,
});

export const radiusAccountingCommands: readonly ExecCommand[] = [radiusAccounting];
