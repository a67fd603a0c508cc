// What two hosts say to each other, as datagrams in the order they are sent. How they are framed is another matter (framings.ts).
import { ascii, type Bytes, u16, u32 } from "../../frames/bytes.ts";
import { type Datagram, type Ends, protocols, tcpDatagram, tcpFlags, udpDatagram } from "../../frames/ip.ts";

export type Side = "subscriber" | "network";

/** One end of a conversation. */
export interface Host {
  readonly side: Side;
  readonly address: string;
  readonly port: number;
}

export interface Sent {
  readonly from: Side;
  readonly datagram: Datagram;
}

/** The client opens it. */
export interface Conversation {
  readonly client: Host;
  readonly server: Host;
  readonly protocol: number;
  readonly sent: readonly Sent[];
}

interface Turn {
  readonly by: "client" | "server";
  readonly text: string;
}

const line = (by: Turn["by"], text: string): Turn => ({ by, text: `${text}\r\n` });

const lorem = "All work and no play makes Jack a dull boy. 0123456789 abcdefghijklm\r\n";

/** A mail of about `length` bytes, with its subject and the lone dot that ends it. */
function mailText(subject: string, length: number): string {
  const body = lorem.repeat(Math.ceil(length / lorem.length));
  return `From: <a@client.example>\r\nTo: <b@server.example>\r\nSubject: ${subject}\r\n\r\n${body}.`;
}

export interface MailOptions {
  readonly subject: string;
  readonly bodyLength?: number;
  /** Most bytes of data in a segment. */
  readonly segmentLength?: number;
}

/** A whole SMTP session (RFC 5321): 19 segments if the mail fits in one. */
export function mail(client: Host, server: Host, options: MailOptions): Conversation {
  const { subject, bodyLength = 1100, segmentLength = 1400 } = options;
  const turns = [
    line("server", "220 server.example ESMTP"),
    line("client", "EHLO client.example"),
    line("server", "250 server.example"),
    line("client", "MAIL FROM:<a@client.example>"),
    line("server", "250 OK"),
    line("client", "RCPT TO:<b@server.example>"),
    line("server", "250 OK"),
    line("client", "DATA"),
    line("server", "354 End data with <CR><LF>.<CR><LF>"),
    line("client", mailText(subject, bodyLength)),
    line("server", "250 OK"),
    line("client", "QUIT"),
    line("server", "221 Bye"),
  ];
  return tcpConversation(client, server, turns, segmentLength);
}

const endsOf = (from: Host, to: Host): Ends => ({
  source: from.address,
  sourcePort: from.port,
  target: to.address,
  targetPort: to.port,
});

/** MSS 1460, selective acknowledgements. */
const synOptions = [2, 4, ...u16(1460), 4, 2, 1, 1];

/** Handshake, turns and both FINs, the server's first. What is not acknowledged by an answer is by the next segment. */
function tcpConversation(client: Host, server: Host, turns: readonly Turn[], segmentLength: number): Conversation {
  const hosts = { client, server };
  const next = { client: client.port * 65_537, server: server.port * 16_777_259 };
  const { syn, ack, psh, fin } = tcpFlags;
  const sent: Sent[] = [];

  const send = (by: Turn["by"], flags: number, data: Bytes = [], options: Bytes = []) => {
    const other = by === "client" ? "server" : "client";
    const acknowledgement = flags & ack ? next[other] : 0;
    const segment = { ...endsOf(hosts[by], hosts[other]), sequence: next[by], acknowledgement, flags, options, data };
    sent.push({ from: hosts[by].side, datagram: tcpDatagram(segment) });
    next[by] += data.length + (flags & (syn | fin) ? 1 : 0);
  };

  send("client", syn, [], synOptions);
  send("server", syn | ack, [], synOptions);
  send("client", ack);
  for (const { by, text } of turns) {
    const data = ascii(text);
    for (let at = 0; at < data.length; at += segmentLength) {
      const last = at + segmentLength >= data.length;
      send(by, last ? ack | psh : ack, data.slice(at, at + segmentLength));
    }
  }
  send("server", ack | fin);
  send("client", ack | fin);
  send("server", ack);
  return { client, server, protocol: protocols.tcp, sent };
}

/** A SYN that nobody answers. */
export function opening(client: Host, server: Host): Conversation {
  const segment = { ...endsOf(client, server), sequence: client.port, flags: tcpFlags.syn, options: synOptions };
  return { client, server, protocol: protocols.tcp, sent: [{ from: client.side, datagram: tcpDatagram(segment) }] };
}

const domainName = (name: string): number[] => [...name.split(".").flatMap((part) => [part.length, ...ascii(part)]), 0];

/** Types and classes of DNS. */
const mx = 15;
const internet = 1;

/** A question for a domain's mail exchangers, and an answer with 40 of them: about 900 bytes in one datagram (RFC 1035). */
export function mxLookup(client: Host, server: Host): Conversation {
  const question = [...domainName("server.example"), ...u16(mx), ...u16(internet)];
  const header = (flags: number, answers: number) => [client.port, flags, 1, answers, 0, 0].flatMap(u16);
  /** The question's name, which begins behind the header's 12 bytes. */
  const sameName = u16(0xc000 | 12);
  const answers = Array.from({ length: 40 }, (_, n) => {
    const exchanger = [4, ...ascii(`mx${10 + n}`), ...sameName];
    return [
      ...sameName,
      ...u16(mx),
      ...u16(internet),
      ...u32(300),
      ...u16(2 + exchanger.length),
      ...u16(10),
      ...exchanger,
    ];
  });
  const datagrams: Sent[] = [
    { from: client.side, datagram: udpDatagram(endsOf(client, server), [...header(0x0100, 0), ...question]) },
    {
      from: server.side,
      datagram: udpDatagram(endsOf(server, client), [
        ...header(0x8180, answers.length),
        ...question,
        ...answers.flat(),
      ]),
    },
  ];
  return { client, server, protocol: protocols.udp, sent: datagrams };
}
