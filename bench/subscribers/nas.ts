// A NAS that tells of logins and logouts as fast as it is answered; prints what came of it as JSON. A program of its own, beside the
// daemon in its namespace:
//   node nas.ts PORT REQUESTS SUBSCRIBERS
// Each login maps another address and, of every second one, another prefix; each logout takes that away, some thousand requests
// later. All requests are made beforehand and all answers checked afterwards, so that neither takes time from the daemon meanwhile.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isAccountingAnswer } from "../../mgmt/radius/accounting.ts";
import { attribute } from "../../mgmt/radius/attributes.ts";
import { type Attribute, codes, decode, encode, type Packet } from "../../mgmt/radius/packet.ts";
import { NO_AUTHENTICATOR, withAuthenticator } from "../../mgmt/radius/signature.ts";
import { loggedIn, nameOf } from "./population.ts";
import { radiusKey, type Told } from "./radius.ts";

const sockets = 16;
const identifiers = 256;
/** Unanswered at a time: as many as a NAS of 16 ports with 64 each. */
const inFlightMax = 1024;
/** Logins that a logout is behind. */
const lag = 4096;
/** A request that was not answered is sent again after this. */
const patienceMs = 2000;

const [port = 0, requests = 0, subscribers = 1] = process.argv.slice(2).map(Number);

const logins = requests / 2;
const run = Date.now().toString(16);
const first = Math.floor(Math.random() * subscribers);

/** Logins and logouts in turn, but for the first logins and the last logouts. */
function* order(): Generator<readonly ["login" | "logout", number]> {
  for (let n = 0; n < logins + lag; n++) {
    if (n < logins) yield ["login", n];
    if (n >= lag && n - lag < logins) yield ["logout", n - lag];
  }
}

function attributesOf(what: "login" | "logout", n: number): Attribute[] {
  const subscriber = (first + n * 7919) % subscribers;
  const common = [
    attribute("Acct-Status-Type", what === "login" ? 1 : 2),
    attribute("Acct-Session-Id", `${run}-${n}`),
    attribute("NAS-Identifier", "bench"),
    attribute("User-Name", nameOf(subscriber)),
  ];
  if (what === "logout") return common;
  const { ipv4, ipv6 } = loggedIn(subscriber);
  return [
    ...common,
    attribute("Framed-IP-Address", Uint8Array.from(ipv4)),
    ...(ipv6 ? [attribute("Framed-IPv6-Prefix", ipv6)] : []),
  ];
}

interface Request {
  readonly packet: Packet;
  readonly bytes: Buffer;
  sentAt: number;
  repeatedAt: number;
  answeredAt: number;
  answer: Buffer | undefined;
}

/** Its socket and identifier follow from its place. */
function made([what, n]: readonly ["login" | "logout", number], place: number): Request {
  const identifier = Math.floor(place / sockets) % identifiers;
  const attributes = attributesOf(what, n);
  const unsigned = { code: codes.accountingRequest, identifier, authenticator: NO_AUTHENTICATOR, attributes };
  const packet = withAuthenticator(unsigned, radiusKey);
  return { packet, bytes: encode(packet), sentAt: 0, repeatedAt: 0, answeredAt: 0, answer: undefined };
}

const all = [...order()].map(made);
const bound = await Promise.all(
  Array.from({ length: sockets }, async () => {
    const socket = createSocket({ type: "udp4", recvBufferSize: 4 << 20 });
    socket.bind();
    await once(socket, "listening");
    return socket;
  }),
);

/** Which request each socket's identifiers are in use by. */
const waiting = bound.map(() => new Map<number, Request>());
let next = 0;
let inFlight = 0;
let answered = 0;
let repeated = 0;
const over = Promise.withResolvers<void>();

function send(request: Request, socket: Socket | undefined): void {
  socket?.send(request.bytes, port, "127.0.0.1");
}

function sendMore(): void {
  for (; next < all.length && inFlight < inFlightMax; next++) {
    const request = all[next];
    const mine = waiting[next % sockets];
    if (!request || !mine || mine.has(request.packet.identifier)) return;
    mine.set(request.packet.identifier, request);
    request.sentAt = performance.now();
    request.repeatedAt = request.sentAt;
    inFlight++;
    send(request, bound[next % sockets]);
  }
}

for (const [index, socket] of bound.entries()) {
  socket.on("message", (answer) => {
    const identifier = answer[1] ?? 0;
    const request = waiting[index]?.get(identifier);
    if (!request) return;
    waiting[index]?.delete(identifier);
    request.answer = answer;
    request.answeredAt = performance.now();
    inFlight--;
    if (++answered === all.length) over.resolve();
    sendMore();
  });
}

const repeating = setInterval(() => {
  for (const [index, mine] of waiting.entries()) {
    for (const request of mine.values()) {
      if (performance.now() - request.repeatedAt < patienceMs) continue;
      request.repeatedAt = performance.now();
      repeated++;
      send(request, bound[index]);
    }
  }
}, patienceMs / 4);

const began = performance.now();
sendMore();
await over.promise;
const seconds = (performance.now() - began) / 1000;
clearInterval(repeating);

const waits = all.map(({ sentAt, answeredAt }) => answeredAt - sentAt).sort((a, b) => a - b);
const wrong = all.filter(({ packet, answer }) => {
  const read = answer && decode(answer);
  return !read || !isAccountingAnswer(read, packet, radiusKey);
});
const told: Told = {
  perSecond: all.length / seconds,
  ...{ repeated, wrong: wrong.length },
  medianMs: waits[waits.length >> 1] ?? 0,
  longestMs: waits.at(-1) ?? 0,
};
console.log(JSON.stringify(told));
process.exit();
