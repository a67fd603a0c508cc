// `npm start`: the appliance in a lab, between emulated subscribers and servers. See `usage`.
import { setTimeout as delay } from "node:timers/promises";
import { readArguments } from "../mgmt/arguments.ts";
import { dateAndTime } from "../mgmt/words.ts";
import { usualQuota } from "./configuration.ts";
import { EverydayLife } from "./everyday.ts";
import { Lab } from "./lab.ts";
import { picture } from "./picture.ts";
import { families, web, zombie } from "./plan.ts";
import { playOnce } from "./scenario.ts";

const usage = `npm start             the appliance between emulated subscribers and servers, with living traffic, until Ctrl-C
npm start -- --once   the same scenario once, checked; exits 0 if every check passed, else 1
`;

/** Aborted when the lab is to be taken down: by the first Ctrl-C, or because a part of it failed. */
const ending = new AbortController();

/** What happens, as it happens; the clients that are cut short at the end are no news. */
function say(happening: string): void {
  if (!ending.signal.aborted) console.log(`${dateAndTime(Date.now())}  ${happening}`);
}

/** The key of the host is another one in each lab: it is neither asked about nor remembered. */
const ssh = "ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";

const triedSessions = 300;
const restSeconds = 60;

function introduce({ appliance, hugePages, site }: Lab): void {
  console.log(`\n${picture(site, usualQuota)}\n`);
  if (!hugePages) console.log("Warning: no huge pages to be had; the fast path runs on ordinary pages, more slowly.\n");
  console.log("To look around, in another terminal:");
  console.log(`  ip netns exec ${site.box.name} ${ssh} admin@127.0.0.1    password ${appliance.password}`);
  for (const command of ["console", "status", "breaches", "load", `capture ${site.directory}/mail.pcapng --port 25`]) {
    console.log(`  ./postern ${command} --run-dir ${appliance.runDirectory}`);
  }
  console.log(`  ip netns exec ${site.subscribers.name} curl --interface ${zombie.ipv4} http://${web.ipv4}/`);
  console.log(`  tail -f ${site.directory}/peers/sink-ipv4.log`);
  console.log(`  cat ${appliance.configurationFile}\n`);
}

/** The zombie mails, rests and begins again. */
async function infect({ peers, traffic }: Lab): Promise<void> {
  while (!ending.signal.aborted) {
    say(`the zombie starts to mail: ${triedSessions} sessions over IPv4 and ${triedSessions} over IPv6`);
    const engines = await Promise.all(families.map((family) => traffic.massMail(family, triedSessions)));
    await Promise.all(engines.map(({ ended }) => ended));
    const counts = await Promise.all(families.map((family) => peers.mailFrom(zombie[family])));
    const accepted = counts.map(({ sessions }, n) => `${sessions} over ${families[n]}`).join(" and ");
    say(`the zombie has tried them all and rests; the servers accepted ${accepted} so far`);
    await delay(restSeconds * 1000, undefined, { signal: ending.signal }).catch(() => {});
  }
}

/** Living traffic until the end. */
async function live(lab: Lab): Promise<boolean> {
  new EverydayLife(lab.traffic).start();
  say("three homes look at pages, ask for names and send a mail now and then; Ctrl-C ends it");
  await infect(lab);
  return true;
}

async function playAndCheck(lab: Lab): Promise<boolean> {
  await lab.watch();
  const checks = await playOnce(lab, usualQuota, say);
  console.log();
  for (const { passed, text } of checks) console.log(`${passed ? "pass" : "FAIL"}  ${text}`);
  const failed = checks.filter(({ passed }) => !passed).length;
  console.log(`\n${checks.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

/** Rejects when a part of the appliance ends that nobody asked to. */
async function failure({ appliance }: Lab): Promise<never> {
  const part = await appliance.failed();
  throw new Error(`the ${part.name} has ended (${await part.ended}): ${await part.lastWords()}`);
}

async function play(once: boolean): Promise<number> {
  const interrupted = new Promise((resolve) => ending.signal.addEventListener("abort", resolve));
  // A second signal ends this process at once; the janitor then cleans up alone.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => ending.abort());

  const lab = await Lab.start({ ssh: true, onLine: (line) => console.log(line) });
  try {
    introduce(lab);
    const played = once ? playAndCheck(lab) : live(lab);
    const good = await Promise.race([played, failure(lab), interrupted.then(() => !once)]);
    return good ? 0 : 1;
  } finally {
    console.log("\nTaking the lab down.");
    ending.abort();
    await lab.stop();
  }
}

/** Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const flag = { type: "boolean", default: false } as const;
  const { once, help } = readArguments(args, { once: flag, help: flag }, "npm start -- --help");
  if (!help) return play(once);
  process.stdout.write(usage);
  return 0;
}

try {
  // Traffic may still be under way when the lab is gone: it is not waited for.
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(`lab: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
