// Loaded into the daemon ahead of its own code (--import): says over a socket how late its event loop was at worst since it was
// asked last, in milliseconds. The socket is made before the daemon stops being root, so only the bench can connect.
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

/** How often the loop is looked at. */
const resolutionMs = 1;

const { POSTERN_BENCH_PROBE: path } = process.env;

if (isMainThread && path !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(String(Math.max(0, delays.max / 1e6 - resolutionMs)));
    delays.reset();
  });
  // Of the process before.
  rmSync(path, { force: true });
  server.listen(path).unref();
}
