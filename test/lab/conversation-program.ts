// Long-lived TCP connections over which lines are exchanged; started by conversations.ts inside a namespace:
//   node conversation-program.ts listen PORT                    sends every line back
//   node conversation-program.ts talk PORT SOURCE TARGET ...    one connection for each pair: sends a number a line, waits for
//                                                               its return, prints SOURCE and the number, and goes on
// A connection that breaks ends the program.
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";

const pauseMs = 20;

function listen(port: number): void {
  createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
  }).listen(port, () => console.log("listening"));
}

function talk(port: number, source: string, target: string): void {
  const broken = (how: string) => {
    console.error(`the connection of ${source} ${how}`);
    process.exit(1);
  };
  const socket = connect({ port, host: target, localAddress: source });
  let number = 0;
  const say = () => socket.write(`${++number}\n`);
  socket.setNoDelay().once("connect", say);
  socket.on("error", ({ message }) => broken(`failed: ${message}`)).on("close", () => broken("was closed"));
  createInterface({ input: socket }).on("line", (line) => {
    if (line !== `${number}`) broken(`returned ${line} in place of ${number}`);
    console.log(`${source} ${number}`);
    setTimeout(say, pauseMs);
  });
}

const [mode, port, ...addresses] = process.argv.slice(2);
if (mode === "listen") listen(Number(port));
for (let n = 0; n + 1 < addresses.length; n += 2) talk(Number(port), addresses[n] ?? "", addresses[n + 1] ?? "");
