// Sends numbered UDP packets at a steady rate until SIGTERM, then prints how many it sent. A program of its own, because
// it runs inside a namespace; started by numbered.ts:
//   node lab/numbered-sender.ts SOURCE TARGET PACKETS-PER-SECOND
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { numberedPayload, numberedPort } from "./numbered.ts";

const [source = "", target = "", rate = ""] = process.argv.slice(2);
const packetsPerMillisecond = Number(rate) / 1000;

const socket = createSocket(isIPv6(target) ? "udp6" : "udp4");
socket.bind({ address: source }, () => {
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = (performance.now() - began) * packetsPerMillisecond;
    while (sent < due) socket.send(numberedPayload(sent++), numberedPort, target);
  }, 1);
  process.once("SIGTERM", () => {
    clearInterval(timer);
    socket.close(() => console.log(sent));
  });
});
