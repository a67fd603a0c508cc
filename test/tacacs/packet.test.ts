// Packets of TACACS+: as another implementation makes them, and bytes from anybody.
import test from "ava";
import fc from "fast-check";
import type { AccountingRecord } from "../../mgmt/aaa/accounting.ts";
import { accountingBody, readAccountingReply } from "../../mgmt/tacacs/accounting.ts";
import { continueBody, readAuthenticationReply, startBody } from "../../mgmt/tacacs/authentication.ts";
import { authorizationBody, readAuthorizationReply } from "../../mgmt/tacacs/authorization.ts";
import { HEADER_BYTES, obfuscated, type PacketType, packetOf, readHeader } from "../../mgmt/tacacs/packet.ts";
import { KEY } from "./tacacs-servers.ts";

const SESSION = 0x9f8e7d6c;
const alice = { user: "alice", port: "tty", from: "192.0.2.7" };

/** RFC 8907 has no examples: these are scapy 2.5.0's (contrib.tacacs), with this session and key. */
const packets = {
  start: "c00101009f8e7d6c00000019eeb2b87e03b5df78057a86813acc0fe8be0345f6497d8d2fdb",
  getPassword: "c00102009f8e7d6c00000010f7ba5c94211d1d9533b2278d284db214",
  continue: "c00103009f8e7d6c000000123839580a1b3e298941eb05a44d5c056e76c5",
  pass: "c00104009f8e7d6c00000006a0e31281a686",
  shell:
    "c00201009f8e7d6c0000002ce9b2b87e03b5df7a69128e8e36db1ee5fb4346e14b7d8f2fde00992241d009d700a3f6a833c31995b83738a1",
  allowed: "c00202009f8e7d6c00000024f3b95c99211d46fe37a43c813544ed445c09c6948fa02a614c918399ab0b70b4e13d0974",
  command:
    "c00301009f8e7d6c00000070ebb3b37e07b3d2716118e2f754ad1afde65912ac0d2a8830d51c80610a90518917a7b8b004cf11c4" +
    "b06971ab280c4562dadafe8b6249bd4ea3732cf7d8acc0fed9144ef03c0013180435a63fc23361f9184c7163a668e672af82068e" +
    "f5cb64564d636cae1b9db9aa29edd05fab99ae90",
  taken: "c00302009f8e7d6c00000005f2bb5c9e20",
};

const record: Extract<AccountingRecord, { kind: "command" }> = {
  ...{ kind: "command", id: "k3-7.1", session: "k3-7", at: 1_795_341_600_999, line: "show version" },
  actor: { user: "alice", level: 10, from: "192.0.2.7", session: 7 },
};

for (const [name, type, sequence, body] of [
  ["start", "authentication", 1, startBody(alice)],
  ["continue", "authentication", 3, continueBody("correct horse")],
  ["shell", "authorization", 1, authorizationBody(alice, ["service=shell", "cmd="])],
  ["command", "accounting", 1, accountingBody(record)],
] as const satisfies [keyof typeof packets, PacketType, number, Buffer][]) {
  test(`the packet "${name}" is the one that scapy makes`, (t) => {
    t.is(packetOf(type, SESSION, sequence, body, KEY).toString("hex"), packets[name]);
  });
}

for (const [name, read, expected] of [
  ["getPassword", readAuthenticationReply, { status: "get-password", message: "Password: " }],
  ["pass", readAuthenticationReply, { status: "pass", message: "" }],
  [
    "allowed",
    readAuthorizationReply,
    {
      ...{ status: "added", message: "welcome" },
      attributes: [
        { name: "priv-lvl", isMandatory: true, value: "15" },
        { name: "idletime", isMandatory: false, value: "5" },
      ],
    },
  ],
  ["taken", readAccountingReply, { status: "success", message: "" }],
] as const) {
  const packet = Buffer.from(packets[name], "hex");
  const header = readHeader(packet);
  const body = packet.subarray(HEADER_BYTES);

  test(`scapy's packet "${name}" is read`, (t) => {
    t.is(header.session, SESSION);
    t.is(header.length, body.length);
    t.deepEqual<unknown, unknown>(read(obfuscated(body, header, KEY)), expected);
  });

  test(`the packet "${name}" is no reply with another key, cut short or made longer`, (t) => {
    t.is(read(obfuscated(body, header, "another-key")), undefined);
    const clear = obfuscated(body, header, KEY);
    for (let length = 0; length < clear.length; length++) t.is(read(clear.subarray(0, length)), undefined);
    t.is(read(Buffer.concat([clear, Buffer.alloc(1)])), undefined);
  });
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const keys = fc.stringMatching(/^[!#-~]{8,64}$/);

test("to obfuscate twice is to leave a body as it is, and another sequence number or key gives another body", (t) => {
  const sequences = fc.integer({ min: 1, max: 255 });
  const property = fc.property(bytes(300), fc.nat(0xffff_ffff), sequences, keys, (body, session, sequence, key) => {
    const header = { session, sequence, version: 0xc0 };
    const hidden = obfuscated(body, header, key);
    t.deepEqual(obfuscated(hidden, header, key), body);
    if (body.length < HEADER_BYTES) return;
    t.notDeepEqual(obfuscated(body, { ...header, sequence: sequence ^ 1 }, key), hidden);
    t.notDeepEqual(obfuscated(body, header, `${key}x`), hidden);
  });
  fc.assert(property);
});

test("a header is read as it was written", (t) => {
  const property = fc.property(bytes(300), fc.nat(0xffff_ffff), keys, (body, session, key) => {
    const packet = packetOf("accounting", session, 1, body, key);
    const header = { version: 0xc0, type: 3, sequence: 1, flags: 0, session, length: body.length };
    t.deepEqual(readHeader(packet), header);
  });
  fc.assert(property);
});

test("a reply to an authorization is read as it was written", (t) => {
  const texts = fc.string({ maxLength: 60, unit: "binary" });
  const names = fc.stringMatching(/^[a-z:-]{1,20}$/);
  const attributes = fc.array(fc.record({ name: names, isMandatory: fc.boolean(), value: texts }), { maxLength: 255 });
  const property = fc.property(texts, texts, attributes, (message, data, given) => {
    const args = given.map(({ name, isMandatory, value }) => Buffer.from(`${name}${isMandatory ? "=" : "*"}${value}`));
    const [first, second] = [Buffer.from(message), Buffer.from(data)];
    const head = [16, args.length, 0, first.length, 0, second.length, ...args.map(({ length }) => length)];
    const body = Buffer.concat([Buffer.from(head), first, second, ...args]);
    t.deepEqual(readAuthorizationReply(body), { status: "fail", message, attributes: given });
  });
  fc.assert(property);
});

test("no bytes make a reader throw", (t) => {
  const property = fc.property(bytes(400), (body) => {
    for (const read of [readAuthenticationReply, readAuthorizationReply, readAccountingReply])
      t.notThrows(() => read(body));
  });
  fc.assert(property, { numRuns: 2000 });
});

/** The texts that a line is told by. */
function toldBy(line: string): string[] {
  const body = accountingBody({ ...record, line });
  const count = body.readUInt8(8);
  let at = 9 + count + "alice".length + "tty7".length + "192.0.2.7".length;
  const args = [...body.subarray(9, 9 + count)].map((length) => {
    at += length;
    return new TextDecoder("utf-8", { fatal: true }).decode(body.subarray(at - length, at));
  });
  const [cmd = "", ...more] = args.slice(4);
  return [cmd.replace(/^cmd=/, ""), ...more.map((arg) => arg.replace(/^cmd-arg=/, ""))];
}

test("a long line is told in pieces that are whole words: with blanks between them it is as it was typed", (t) => {
  const words = fc.array(fc.string({ maxLength: 60, unit: fc.constantFrom("a", "\u00e9", "\u{1f600}") }), {
    maxLength: 60,
  });
  const property = fc.property(words, (words) => {
    const line = words.join(" ");
    t.is(toldBy(line).join(" "), `${line} <cr>`);
  });
  fc.assert(property);
});

test("a word that is too long for a piece is cut, but no character of it", (t) => {
  const words = fc.string({ minLength: 260, maxLength: 4096, unit: fc.constantFrom("a", "\u20ac", "\u{1f600}") });
  const property = fc.property(words, (word) => {
    t.is(
      toldBy(word)
        .join("")
        .replace(/ ?<cr>$/, ""),
      word,
    );
  });
  fc.assert(property);
});
