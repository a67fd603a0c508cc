// Where the appliance keeps what is shared between its processes and what outlives them.

import { join } from "node:path";

export const DEFAULT_RUN_DIRECTORY = "/run/postern";
export const DEFAULT_STATE_DIRECTORY = "/var/lib/postern";
export const DEFAULT_CONFIGURATION = "/etc/postern/startup-config";

/** The daemon's part of the run directory; the fast path's part is its neighbour. */
export const daemonDirectory = (runDirectory: string) => join(runDirectory, "daemon");

/** Where the daemon answers questions (local/protocol.ts). */
export const daemonSocket = (runDirectory: string) => join(daemonDirectory(runDirectory), "daemon.sock");

/** Where sessions of the command line are typed (console/protocol.ts). */
export const consoleSocket = (runDirectory: string) => join(daemonDirectory(runDirectory), "console.sock");

/** Files that people import and export: its group may write into it. */
export const csvDirectory = (runDirectory: string) => join(daemonDirectory(runDirectory), "csv");

/** The store: what the daemon must not forget. */
export const storeFile = (stateDirectory: string) => join(stateDirectory, "postern.db");

/** Names of subscribers, and what of the network is theirs. */
export const namesFile = (stateDirectory: string) => join(stateDirectory, "subscribers.db");

/** What subscribers used: much, and of no use to the daemon itself. It may be deleted while that does not run. */
export const usageFile = (stateDirectory: string) => join(stateDirectory, "usage.db");
