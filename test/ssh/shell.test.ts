// A shell, as programs use it: what is typed comes back in order, and terminals are what they say they are.
import { once } from "node:events";
import test from "ava";
import { box } from "./box.ts";
import { openShell, shellOf } from "./shell.ts";

test("what is typed ahead is echoed in its order with what is answered, and without escape sequences", async (t) => {
  const client = await (await box(t)).client();
  const shell = await openShell(client, { term: "xterm", cols: 80, rows: 24 });
  shell.channel.write("terminal length 0\nshow privilege\nshow nonsense\nexit\n");
  t.is(
    await shell.rest(),
    "box#terminal length 0\r\nbox#show privilege\r\nCurrent privilege level is 15\r\n" +
      "box#show nonsense\r\n         ^\r\n% Invalid input detected at '^' marker.\r\n\r\nbox#exit\r\n",
  );
});

test("exit ends the session with status 0, then the channel, then the connection", async (t) => {
  const client = await (await box(t)).client();
  const events: string[] = [];
  const { channel } = await shellOf(client);
  channel.on("exit", (status) => events.push(`exit ${status}`)).on("end", () => events.push("end"));
  channel.on("close", () => events.push("channel closed"));
  client.on("close", () => events.push("closed"));
  channel.write("exit\n");
  await once(client, "close");
  t.deepEqual(events, ["exit 0", "end", "channel closed", "closed"]);
});

test("the page follows the window", async (t) => {
  const client = await (await box(t)).client();
  const shell = await shellOf(client, { term: "vt100", cols: 80, rows: 5 });
  shell.channel.write("show ip ssh\n");
  t.regex(await shell.until(/ --More-- $/), /^show ip ssh\r\nSSH Enabled/);
  shell.channel.write("q");
  await shell.until(/box#$/);
  shell.channel.setWindow(50, 132, 0, 0);
  t.regex(await shell.type("show ip ssh"), /^SSH Enabled.*\nBanner {5}: none\r\n$/s);
});

test("a window of nothing, or without end, is a usual one or a large one", async (t) => {
  const client = await (await box(t)).client();
  for (const size of [0, 4_000_000_000]) {
    const shell = await shellOf(client, { term: "vt100", rows: size, cols: size });
    shell.channel.setWindow(size, size, 0, 0);
    t.is(await shell.type("show privilege"), "Current privilege level is 15\r\n");
  }
});

test("without a terminal nothing is shown page by page, and the end of typing ends it", async (t) => {
  const client = await (await box(t)).client();
  const shell = await openShell(client);
  shell.channel.end("show tech-support\n");
  const said = await shell.rest();
  t.true(said.endsWith("box#\r\n"));
  t.false(said.includes("More"));
});

test("four sessions and no more are open over one connection", async (t) => {
  const client = await (await box(t)).client();
  const [first] = await Promise.all([1, 2, 3, 4].map(() => shellOf(client)));
  await t.throwsAsync(shellOf(client), { message: /open failure/i });
  first?.channel.write("exit\n");
  await first?.rest();
  t.is((await shellOf(client)).greeting, "box#");
});

test("one session too many is told so and closed; room comes back", async (t) => {
  const { client } = await box(t, { lines: "line vty 0 1\n" });
  const [first] = [await shellOf(await client()), await shellOf(await client())];
  const third = await openShell(await client(5));
  t.is(await third.rest(), "% The sessions that line vty allows are all open: try again later.\r\n");
  first.channel.write("exit\n");
  await first.rest();
  t.is((await shellOf(await client(5))).greeting, "box>");
});

test("a session in which nobody types ends and says so; one in which something runs does not", async (t) => {
  const { client } = await box(t, { lines: "line vty 0 4\n exec-timeout 0 1\n" });
  const running = await shellOf(await client());
  running.channel.write("monitor events\n");
  const waiting = await openShell(await client());
  t.is(await waiting.rest(), "box#\r\n% Nobody typed for a while: this session ends.\r\n\r\n");
  running.channel.write("\x03");
  t.true((await running.prompt()).endsWith("^C\r\nbox#"));
});

test("a shorter time to type holds in sessions that are open", async (t) => {
  const { client, configure } = await box(t, { lines: "line vty 0 4\n exec-timeout 0\n" });
  const waiting = await shellOf(await client());
  await configure("line vty 0 4\n timeout 0 1\n");
  t.regex(await waiting.rest(), /% Nobody typed for a while: this session ends\./);
});

test("a terminal that can move its cursor has the line editor, from the key that needs it", async (t) => {
  const client = await (await box(t)).client();
  const shell = await shellOf(client, { term: "xterm-256color", cols: 80, rows: 24 });
  shell.channel.write("show privilege\r");
  t.false((await shell.prompt()).includes("\x1b"));
  shell.channel.write("\x1b[A");
  t.true((await shell.until(/show privilege/)).includes("\x1b["));
});
