// OpenSSH at the box, as people and scripts call it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { box, passwordOf, run } from "./box.ts";

const privilege = { status: 0, out: "Current privilege level is 15\n", err: "" };

test("a command is answered by itself, and its exit status says whether it was taken", async (t) => {
  const { ssh } = await box(t);
  t.deepEqual(await ssh({ command: "show privilege" }), privilege);
  const refused = "show nonsense\n     ^\n% Invalid input detected at '^' marker.\n\n";
  t.deepEqual(await ssh({ command: "show nonsense" }), { status: 1, out: refused, err: "" });
});

test("a command with several lines is obeyed until one is refused", async (t) => {
  const { ssh, app } = await box(t);
  const command = "configure terminal\nhostname taken\nend\nshow privilege\nhostname refused\nshow privilege";
  const { status, out } = await ssh({ command });
  t.is(status, 1);
  t.regex(out, /^Current privilege level is 15\nhostname refused\n\^\n% Invalid input[^\n]*\n/);
  t.is(out.match(/Current/g)?.length, 1);
  t.is((await ssh({ command: "show running-config | include hostname" })).out, "hostname taken\n");
  t.truthy(app);
});

test("a question in a command is answered by what is piped in, and no if nothing is", async (t) => {
  const { ssh } = await box(t, { lines: 'enable secret level 15 "a secret of the desk"\n' });
  const asked = "Every client will warn of a changed host key. Replace the host keys? [yes/no]: ";
  const unanswered = await ssh({ command: "ip ssh key generate" });
  t.deepEqual([unanswered.status, unanswered.out], [1, `${asked}\n% It was not confirmed: the host keys stay.\n`]);
  const enabled = { level: 5, command: "enable 15\nshow privilege", input: "a secret of the desk\n" } as const;
  t.is((await ssh(enabled)).out, "Password: \nCurrent privilege level is 15\n");
  const answered = await ssh({ command: "ip ssh key generate", input: "yes\n" });
  t.is(answered.status, 0);
  t.true(answered.out.startsWith(`${asked}yes\nWho connects from now on`));
});

test("what is piped in and nobody asked for is left alone, however much it is", async (t) => {
  const { ssh } = await box(t);
  t.deepEqual(await ssh({ command: "show privilege", input: "reload\ny\n".repeat(100_000) }), privilege);
});

test("a copy of a file is told what to use", async (t) => {
  const made = await box(t);
  const { status, out } = await made.ssh({ command: "scp -f running-config" });
  t.deepEqual([status, out], [1, '% There is no file transfer: use "show running-config".\n']);
});

test("a text that is shown without a terminal is the text, line by line", async (t) => {
  const { ssh, directory } = await box(t);
  t.is((await ssh({ command: "write memory" })).status, 0);
  const { out } = await ssh({ command: "show running-config" });
  const saved = await readFile(join(directory, "startup-config"), "utf8");
  t.is(out.split("\n").slice(3).join("\n"), saved);
});

test("what is piped in is obeyed as at the console", async (t) => {
  const { ssh } = await box(t);
  const out = "box#show privilege\r\nCurrent privilege level is 15\r\nbox#exit\r\n";
  t.deepEqual(await ssh({ input: "show privilege\nexit\n" }), { status: 0, out, err: "" });
  const refused = await ssh({ input: "show nonsense\nshow privilege\n" });
  t.is(refused.status, 1);
  t.regex(refused.out, /\r\nbox#show privilege\r\nCurrent privilege level is 15\r\nbox#\r\n$/);
});

test("lines end with LF, CR or CR LF alike", async (t) => {
  const { ssh } = await box(t);
  const outs = await Promise.all(["\n", "\r", "\r\n"].map((end) => ssh({ input: `show privilege${end}exit${end}` })));
  t.is(new Set(outs.map(({ out }) => out)).size, 1);
});

test("a terminal is a person's: exit there is a success whatever was refused", async (t) => {
  const { ssh } = await box(t);
  const { status, out } = await ssh({ options: ["-tt"], input: "show nonsense\nexit\n" });
  t.is(status, 0);
  t.true(out.startsWith("box#show nonsense\r\n"));
});

test("a command with a terminal is shown whole", async (t) => {
  const { ssh } = await box(t);
  const { out } = await ssh({ options: ["-tt"], command: "help\nhelp\nhelp\nhelp\nhelp\nhelp\nhelp\nhelp\nhelp" });
  t.is(out.match(/Ctrl-C stops what runs/g)?.length, 9);
  t.false(out.includes("More"));
});

test("a wrong password may be tried as often as is configured, over one connection", async (t) => {
  const made = await box(t, { lines: "ip ssh authentication-retries 2\nlogin delay 0\n" });
  const options = ["-o", "NumberOfPasswordPrompts=5", "-o", "PreferredAuthentications=password"];
  const { status, err } = await run(
    ["ssh", ...made.options, ...options, "-p", `${made.port}`, "level15@127.0.0.1", "show privilege"],
    { SSH_ASKPASS: "/bin/false", SSH_ASKPASS_REQUIRE: "force" },
  );
  t.is(status, 255);
  t.regex(err, /Received disconnect from 127\.0\.0\.1|Connection (closed|reset)/);
  t.is(made.lines.filter((line) => line.includes("session.login; denied")).length, 2);
});

test("the way that asks question by question leads to the same password", async (t) => {
  const { ssh } = await box(t);
  for (const way of ["password", "keyboard-interactive"]) {
    t.deepEqual(
      await ssh({ options: ["-o", `PreferredAuthentications=${way}`], command: "show privilege" }),
      privilege,
    );
  }
});

test("a banner is shown before anybody is asked who he is", async (t) => {
  const { ssh } = await box(t, { lines: 'banner login "Mind the gap.\\nNo trespassing."\n' });
  const { err } = await ssh({ options: ["-o", "LogLevel=INFO", "-q"], password: null, command: "show privilege" });
  t.is(err, "");
  const shown = await ssh({ options: ["-o", "LogLevel=INFO"], password: "wrong", command: "show privilege" });
  t.true(shown.err.includes("Mind the gap.\r\nNo trespassing.\r\n"), shown.err);
});

test("files, forwarding, agents and windows are refused, and the session goes on", async (t) => {
  const made = await box(t);
  const password = { SSHPASS: passwordOf(15) };
  const sftp = await run(
    ["sshpass", "-e", "sftp", ...made.options, "-P", `${made.port}`, "level15@127.0.0.1"],
    password,
  );
  t.regex(sftp.err, /subsystem request failed on channel 0/);
  const refused = await made.ssh({
    options: ["-A", "-X", "-R", "0:127.0.0.1:1", "-o", "LogLevel=INFO", "-o", "SendEnv=LANG"],
    command: "show privilege",
  });
  t.like(refused, { status: 0, out: privilege.out });
  t.regex(refused.err, /remote port forwarding failed/);
  const through = await made.ssh({ options: ["-W", "127.0.0.1:22", "-o", "LogLevel=INFO"] });
  t.regex(through.err, /administratively prohibited/);
  t.is(through.status, 255);
});

test("sessions over one connection are each their own, and there is an end to their number", async (t) => {
  const made = await box(t);
  const path = `${made.directory}/master`;
  const shared = ["-o", `ControlPath=${path}`];
  const master = made.ssh({ options: [...shared, "-o", "ControlMaster=yes"], command: "monitor events" });
  t.teardown(() => master);
  const slave = (command: string) => run(["ssh", ...made.options, ...shared, "-o", "ControlMaster=no", "box", command]);
  let first = await slave("show privilege");
  while (first.status === 255) first = await slave("show privilege");
  t.deepEqual(first, privilege);
  const many = await Promise.all([1, 2, 3].map(() => slave("show privilege")));
  t.deepEqual(many, [privilege, privilege, privilege]);
  const { out } = await slave("show users");
  t.is(out.match(/level15/g)?.length, 2);
  t.is((await run(["ssh", ...made.options, ...shared, "-O", "exit", "box"])).status, 0);
  await master;
});

test("keys are exchanged anew in the middle of much output", async (t) => {
  const made = await box(t);
  const command = Array(2000).fill("help").join("\n");
  const { status, out, err } = await made.ssh({ options: ["-o", "RekeyLimit=64K", "-v"], command });
  t.is(status, 0);
  t.is(out.match(/Ctrl-C stops what runs/g)?.length, 2000);
  t.true((err.match(/SSH2_MSG_NEWKEYS received/g)?.length ?? 0) > 3);
});
