// Where datagrams come in: a UDP port of every address of this machine, of IPv4 and IPv6.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { printAddress, readAddress } from "../../../cli/grammar/address.ts";
import { addressOf } from "../../access/source.ts";
import type { Source } from "./receiver.ts";

/** A burst waits in the kernel's queue: it gives as much as net.core.rmem_max allows. */
const QUEUE_BYTES = 4 << 20;

export interface SocketParts {
  /** What to send back to where a datagram came from; undefined: nothing. */
  receive(datagram: Buffer, from: Source): Promise<Buffer | undefined>;
  /** Told of an error that is nobody's but ours. */
  fault(error: unknown): void;
}

/** Rejects as the system does. */
export async function openSocket(port: number, parts: SocketParts): Promise<Socket> {
  try {
    return await bound("udp6", port, parts);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAFNOSUPPORT") throw error;
    return bound("udp4", port, parts);
  }
}

/** A socket of IPv6 has IPv4 too, in the form `::ffff:192.0.2.1`. */
async function bound(type: "udp4" | "udp6", port: number, { receive, fault }: SocketParts): Promise<Socket> {
  const socket = createSocket({ type, recvBufferSize: QUEUE_BYTES });
  let isOpen = true;
  socket.on("close", () => {
    isOpen = false;
  });
  socket.on("message", (datagram, from) => {
    // What cannot be sent now is sent when the request is repeated.
    const send = (answer: Buffer | undefined) =>
      answer && isOpen && socket.send(answer, from.port, from.address, () => {});
    receive(datagram, sourceOf(from)).then(send).catch(fault);
  });
  socket.bind(port);
  await once(socket, "listening");
  // That one datagram could not be taken is no reason to end.
  socket.on("error", () => {});
  return socket;
}

function sourceOf({ address, port }: RemoteInfo): Source {
  const told = addressOf(address);
  const bytes = readAddress(told);
  return { address: bytes ? printAddress(bytes) : told, port };
}
