// A shell, as programs use it: what is typed comes back in order, and terminals are what they say they are.
import { once } from "node:events";
import test, { type ExecutionContext } from "ava";
import type { Client, ClientChannel, PseudoTtyOptions } from "ssh2";
import { until } from "../daemon/parts.ts";
import { box } from "./box.ts";

interface Shell {
  readonly channel: ClientChannel;
  /** Everything so far. */
  said(): string;
  type(text: string): void;
  /** Until what was said ends so. */
  ends(text: string): Promise<void>;
  readonly closed: Promise<unknown>;
}

async function shell(client: Client, pty: PseudoTtyOptions | false = {}): Promise<Shell> {
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.shell(pty, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  let said = "";
  channel.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return {
    ...{ channel, said: () => said, closed: once(channel, "close") },
    type: (text) => void channel.write(text),
    ends: (text) => until(`it says ${JSON.stringify(text)}`, () => said.endsWith(text)),
  };
}

test("what is typed ahead is echoed in its order with what is answered, and without escape sequences", async (t) => {
  const client = await (await box(t)).client();
  const { said, type, closed } = await shell(client, { term: "xterm", cols: 80, rows: 24 });
  type("terminal length 0\nshow privilege\nshow nonsense\nexit\n");
  await closed;
  t.is(
    said(),
    "box#terminal length 0\r\nbox#show privilege\r\nCurrent privilege level is 15\r\n" +
      "box#show nonsense\r\n         ^\r\n% Invalid input detected at '^' marker.\r\n\r\nbox#exit\r\n",
  );
});

test("exit ends the session with status 0, then the channel, then the connection", async (t) => {
  const client = await (await box(t)).client();
  const events: string[] = [];
  const { channel, type } = await shell(client);
  channel.on("exit", (status) => events.push(`exit ${status}`)).on("end", () => events.push("end"));
  channel.on("close", () => events.push("channel closed"));
  client.on("close", () => events.push("closed"));
  type("exit\n");
  await once(client, "close");
  t.deepEqual(events, ["exit 0", "end", "channel closed", "closed"]);
});

test("the page follows the window", async (t) => {
  const client = await (await box(t)).client();
  const { channel, said, type, ends } = await shell(client, { term: "vt100", cols: 80, rows: 5 });
  await ends("box#");
  type("show ip ssh\n");
  await ends(" --More-- ");
  type("q");
  await ends("box#");
  const before = said().length;
  channel.setWindow(50, 132, 0, 0);
  type("show ip ssh\n");
  await until("it is shown whole", () => said().length > before + 100 && said().endsWith("box#"));
  t.false(said().slice(before).includes("More"));
});

test("a window of nothing, or without end, is a usual one or a large one", async (t) => {
  const client = await (await box(t)).client();
  for (const [rows, cols] of [
    [0, 0],
    [4_000_000_000, 4_000_000_000],
  ] as const) {
    const { channel, ends, type, said } = await shell(client, { term: "vt100", rows, cols });
    await ends("box#");
    channel.setWindow(rows, cols, 0, 0);
    type("show privilege\n");
    await ends("15\r\nbox#");
    t.false(said().includes("More"));
  }
});

test("without a terminal nothing is shown page by page, and the end of typing ends it", async (t) => {
  const client = await (await box(t)).client();
  const { channel, said, closed, type } = await shell(client, false);
  type("show tech-support\n");
  channel.end();
  await closed;
  t.true(said().endsWith("box#\r\n"));
  t.false(said().includes("More"));
});

test("four sessions and no more are open over one connection", async (t) => {
  const client = await (await box(t)).client();
  const open = await Promise.all([1, 2, 3, 4].map(() => shell(client)));
  await t.throwsAsync(shell(client), { message: /open failure/i });
  open[0]?.type("exit\n");
  await open[0]?.closed;
  const { said, ends } = await shell(client);
  await ends("box#");
  t.is(said(), "box#");
});

test("one session too many is told so and closed; room comes back", async (t) => {
  const { client } = await box(t, { lines: "line vty 0 1\n" });
  const [first, second] = [await shell(await client()), await shell(await client())];
  await first.ends("box#");
  await second.ends("box#");
  const third = await shell(await client(5));
  await third.closed;
  t.is(third.said(), "% 2 sessions are open, and there is room for no more.\r\n");
  first.type("exit\n");
  await first.closed;
  const fourth = await shell(await client(5));
  await fourth.ends("box>");
  t.pass();
});

test("a session in which nobody types ends and says so; one in which something runs does not", async (t) => {
  const { client } = await box(t, { lines: "line vty 0 4\n exec-timeout 0 1\n" });
  const running = await shell(await client());
  running.type("monitor events\n");
  const waiting = await shell(await client());
  await waiting.closed;
  t.is(waiting.said(), "box#\r\n% Nobody typed for a while: this session ends.\r\n\r\n");
  t.true(running.said().startsWith("box#monitor events\r\n"));
  running.type("\x03");
  await running.ends("^C\r\nbox#");
});

test("a terminal that can move its cursor has the line editor, from the key that needs it", async (t: ExecutionContext) => {
  const client = await (await box(t)).client();
  const { said, type, ends } = await shell(client, { term: "xterm-256color", cols: 80, rows: 24 });
  await ends("box#");
  type("show privilege\r");
  await until("it is answered", () => said().includes("level is 15"));
  t.false(said().includes("\x1b"));
  type("\x1b[A");
  await until("the line before comes back", () => said().split("show privilege").length > 2);
  t.true(said().includes("\x1b["));
});
