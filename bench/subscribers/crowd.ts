// Packets of many subscribers at a steady rate until SIGTERM, then prints how many there were; a program of its own, because it runs
// in the subscribers' namespace:
//   node crowd.ts TARGET PACKETS-PER-SECOND OPENINGS-PER-SECOND SUBSCRIBERS
// UDP to discard (RFC 863) from sockets of random subscribers, which take turns; every opening another one takes the oldest's place.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { numberedPort } from "../../lab/numbered.ts";
import { addressOf } from "./population.ts";

/** Sessions that packets come of at a time. */
const sockets = 200;

const payload = Buffer.alloc(64);

const [target = "", ...figures] = process.argv.slice(2);
const [packetsPerSecond = 0, openingsPerSecond = 0, subscribers = 1] = figures.map(Number);

async function open(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("error", () => {});
  socket.bind({ address: addressOf(Math.floor(Math.random() * subscribers)) });
  await once(socket, "listening");
  return socket;
}

const ring = await Promise.all(Array.from({ length: sockets }, open));
const began = performance.now();
let sent = 0;
let opened = 0;

const timer = setInterval(() => {
  const seconds = (performance.now() - began) / 1000;
  for (; opened < seconds * openingsPerSecond; opened++) {
    const place = opened % sockets;
    void open().then((socket) => {
      ring[place]?.close();
      ring[place] = socket;
    });
  }
  for (; sent < seconds * packetsPerSecond; sent++) ring[sent % sockets]?.send(payload, numberedPort, target);
}, 1);

process.once("SIGTERM", () => {
  clearInterval(timer);
  setImmediate(() => {
    console.log(sent);
    process.exit();
  });
});
