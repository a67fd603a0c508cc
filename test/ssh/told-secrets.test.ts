// Secrets that come over SSH, to log in, to take a level and in lines: whatever the daemon tells or writes down, they are not in it.
import test from "ava";
import fc from "fast-check";
import type { Level } from "../../mgmt/level.ts";
import { until } from "../daemon/parts.ts";
import { type Box, box } from "./box.ts";
import { askToLogIn, unknownClient } from "./hostile.ts";
import { shellOf } from "./shell.ts";

/** Letters that nothing else is made of: passwords of these, keys of servers of those. */
const password = fc.string({ unit: fc.constantFrom(..."QXZJ"), minLength: 16, maxLength: 30 });
const key = fc.string({ unit: fc.constantFrom(..."VKWY"), minLength: 16, maxLength: 30 });

const PASSWORD = /[QXZJ]{6}/;
const KEY = /[VKWY]{6}/;

/** Right ones and wrong ones. */
const WITH_PASSWORD = [
  "username somebody privilege 10 secret",
  "usrname somebody privilege 10 secret",
  "username somebody privilege 11 secret",
  "enable secret level 10",
  "enable password level 11",
];

const WITH_KEY = [
  "radius-server host 127.0.0.1 key",
  "radius-server host 127.0.0.1 timeout 99 key",
  "radius-servr host 127.0.0.1 key",
  "tacacs-server host 127.0.0.1 key",
  "tacacs-server host nowhere key",
  "no tacacs-server host 127.0.0.2 key",
];

const LINES = `login delay 0
enable secret level 10 9 $scrypt$ln=10,r=8,p=1$CgoKCgoKCgoKCgoKCgoKCg$KdGklRmsUm/DIYOZ3i0P0dVhTZ1/oLXJg41DHNlv8BE
`;

const SHOWN = [
  ...["show logging", "show tech-support", "show running-config", "show startup-config", "show history", "show audit"],
  ...["show configuration diff startup-config running-config", "show users", "show login failures", "show aaa servers"],
];

/** Everything that is said to somebody who asks for all of it. */
async function shownTo(one: Box, level: Level): Promise<string> {
  const shell = await shellOf(await one.client(level));
  const said: string[] = [];
  for (const line of SHOWN) said.push(await shell.type(line));
  return said.join("");
}

test.serial(
  "neither log, audit, answers nor shown texts have a password in them, nor the key of a server below level 15",
  async (t) => {
    const one = await box(t, { lines: LINES });
    const passwords = fc.sample(password, 100)[Symbol.iterator]();
    const keys = fc.sample(key, 100)[Symbol.iterator]();
    const nextPassword = () => passwords.next().value ?? "";
    const said: string[] = [];

    await t.throwsAsync(one.client(10, { password: nextPassword() }));
    const stranger = await unknownClient(t, one.port, "127.0.9.9", (heard) => said.push(heard));
    askToLogIn(stranger, "level10", "password", true, nextPassword(), nextPassword());
    await until("it is refused", () => said.some((heard) => heard.includes("USERAUTH_FAILURE")));

    const climber = await shellOf(await one.client(5));
    climber.channel.write("enable 10\n");
    await climber.until(/Password: $/);
    climber.channel.write(`${nextPassword()}\n`);
    said.push(await climber.until(/Password: $/));

    const root = await shellOf(await one.client());
    await root.type("configure");
    const lines = [
      ...WITH_PASSWORD.map((line) => `${line} ${nextPassword()}`),
      ...WITH_KEY.map((line) => `${line} ${keys.next().value}`),
    ];
    // What is typed is echoed; the answer is what is looked at.
    for (const line of lines) said.push(await root.type(line));
    for (const line of ["end", "write memory"]) said.push(await root.type(line));
    for (const line of lines) said.push((await one.ssh({ command: `configure\n${line}` })).out);

    const told = [...said, ...one.lines, JSON.stringify(await one.store.call("recentAudit", 1000))].join("\n");
    const below = await shownTo(one, 10);
    t.regex(below, /secret \*{8}/);
    t.regex(below, /key \*{8}/);
    for (const text of [told, below]) t.notRegex(text, KEY);
    for (const text of [told, below, await shownTo(one, 15)]) t.notRegex(text, PASSWORD);
  },
);
