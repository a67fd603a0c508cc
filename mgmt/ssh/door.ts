// Where connections come in.

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Place } from "../listening.ts";

const KEEP_ALIVE_MS = 60_000;

/** Rejects as the system does. */
export async function openDoor({ address, port }: Place, accept: (socket: Socket) => void): Promise<Server> {
  const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  const server = createServer(options, accept);
  // At every address and at one of them: both are open when one takes the place of the other.
  server.listen({ port, reusePort: true, ...(address === null ? {} : { host: address }) });
  await once(server, "listening");
  // That one connection could not be taken is no reason to end.
  server.on("error", () => {});
  return server;
}
