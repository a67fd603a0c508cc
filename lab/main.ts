// `npm start`: the appliance in a lab with living traffic, until Ctrl-C.
// `npm start -- --once`: the scenario once; exits 0 if every check passed, else 1.
import { setTimeout as delay } from "node:timers/promises";
import { usualQuota } from "./configuration.ts";
import { EverydayLife } from "./everyday.ts";
import { Lab } from "./lab.ts";
import { picture } from "./picture.ts";
import { families, web, zombie } from "./plan.ts";
import { playOnce } from "./scenario.ts";

const say = (happening: string) => console.log(`${new Date().toLocaleTimeString("en-GB")}  ${happening}`);

const triedSessions = 300;
const restSeconds = 60;

function introduce({ appliance, hugePages, site }: Lab): void {
  console.log(`\n${picture(site, usualQuota)}\n`);
  if (!hugePages) console.log("Warning: no huge pages to be had; the fast path runs on ordinary pages, more slowly.\n");
  console.log("To look around, in another terminal:");
  console.log(`  ./postern status --run-dir ${appliance.runDirectory}`);
  console.log(`  ip netns exec ${site.subscribers.name} curl --interface ${zombie.ipv4} http://${web.ipv4}/`);
  console.log(`  tail -f ${site.directory}/peers/sink-ipv4.log`);
  console.log(`  cat ${site.directory}/config.txt\n`);
}

/** The zombie mails, rests and begins again. */
async function infect({ peers, traffic }: Lab, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    say(`the zombie starts to mail: ${triedSessions} sessions over IPv4 and ${triedSessions} over IPv6`);
    const engines = await Promise.all(families.map((family) => traffic.massMail(family, triedSessions)));
    await Promise.all(engines.map(({ ended }) => ended));
    if (ending.aborted) return;
    const counts = await Promise.all(families.map((family) => peers.mailFrom(zombie[family])));
    const accepted = counts.map(({ sessions }, n) => `${sessions} over ${families[n]}`).join(" and ");
    say(`the zombie has tried them all and rests; the servers accepted ${accepted} so far`);
    await delay(restSeconds * 1000, undefined, { signal: ending }).catch(() => {});
  }
}

/** Living traffic until `ending`. */
async function live(lab: Lab, ending: AbortSignal): Promise<void> {
  const everyday = new EverydayLife(lab.traffic);
  everyday.start();
  say("three homes look at pages, ask for names and send a mail now and then; Ctrl-C ends it");
  void infect(lab, ending);
  await new Promise((resolve) => ending.addEventListener("abort", resolve));
}

async function playAndCheck(lab: Lab): Promise<boolean> {
  const checks = await playOnce(lab, usualQuota, say);
  console.log();
  for (const { passed, text } of checks) console.log(`${passed ? "pass" : "FAIL"}  ${text}`);
  const failed = checks.filter(({ passed }) => !passed).length;
  console.log(`\n${checks.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

async function main(once: boolean): Promise<number> {
  const ending = new AbortController();
  const interrupted = new Promise<number>((resolve) => ending.signal.addEventListener("abort", () => resolve(130)));
  // A second signal ends this process at once; the janitor then cleans up alone.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => ending.abort());

  const lab = await Lab.start({ onLine: say });
  try {
    introduce(lab);
    if (once) return await Promise.race([interrupted, playAndCheck(lab).then((passed) => (passed ? 0 : 1))]);
    await live(lab, ending.signal);
    return 0;
  } finally {
    say("taking the lab down");
    await lab.stop();
  }
}

try {
  // Traffic may still be under way when the lab is gone: it is not waited for.
  process.exit(await main(process.argv.includes("--once")));
} catch (error) {
  console.error(`lab: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
