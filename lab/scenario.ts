// The scenario of `npm start -- --once`: a zombie mails among ordinary subscribers, is stopped at the quota and let go when
// the period ends. What is checked is what the servers logged and what tcpdump saw; Postern's own figures are not asked.
import { setTimeout as delay } from "node:timers/promises";
import type { Quota } from "./configuration.ts";
import { EverydayLife } from "./everyday.ts";
import type { Lab } from "./lab.ts";
import { exchangers, type Family, families, homes, zombie } from "./plan.ts";
import { checkConservation, checkOpenings } from "./wire-checks.ts";

/** One line of the checklist. */
export interface Check {
  readonly passed: boolean;
  /** What should be so, with the figures. */
  readonly text: string;
}

/** What the zombie's engine tries in each family by default; refused, it takes half a minute. */
const manySessions = 300;
const triedPages = 5;

/**
 * Plays the scenario once, in little more than one period.
 * @param lab with its witnesses started.
 * @param say is told what the subscribers do.
 * @param triedSessions of the zombie in each family; every twenty that are refused take two seconds.
 */
export async function playOnce(
  lab: Lab,
  quota: Quota,
  say: (happening: string) => void,
  triedSessions = manySessions,
): Promise<Check[]> {
  const everyday = new EverydayLife(lab.traffic);
  everyday.start();
  say("three homes look at pages, ask for names and send a mail now and then");

  const began = performance.now();
  const engines = await Promise.all(families.map((family) => lab.traffic.massMail(family, triedSessions)));
  say(`the zombie starts to mail: ${triedSessions} sessions over IPv4 and ${triedSessions} over IPv6`);
  await Promise.all(engines.map(({ ended }) => ended));
  say("the zombie has tried them all; it looks at pages, asks for names and tries one mail more");
  const blocked = await Promise.all(families.map((family) => checkBlocked(lab, family, quota, triedSessions)));

  await delay(began + (quota.periodSeconds + 2) * 1000 - performance.now());
  say("the period is over; the zombie tries one mail");
  const released = await Promise.all(families.map((family) => checkReleased(lab, family, quota)));

  await everyday.stop();
  say("everybody rests");
  const ordinary = [checkEveryday(everyday), ...(await Promise.all(families.map((f) => checkMail(lab, everyday, f))))];
  const openings = await Promise.all(families.map((f) => checkOpenings(lab, f, triedSessions, quota.sessions + 1)));
  return [...blocked.flat(), ...released, ...ordinary, ...openings, ...(await checkConservation(lab))];
}

/** In the period: the quota was met exactly, other services work, one more session does not. */
async function checkBlocked(
  { peers, traffic }: Lab,
  family: Family,
  quota: Quota,
  triedSessions: number,
): Promise<Check[]> {
  let pages = 0;
  let names = 0;
  for (let n = 0; n < triedPages; n++) {
    if (await traffic.fetchPage(zombie, family)) pages++;
    if (await traffic.resolveName(zombie, family)) names++;
  }
  const passed = await traffic.sendMail(zombie, family, exchangers[0], 3);
  const { sessions, mails } = await peers.mailFrom(zombie[family]);
  return [
    {
      passed: sessions === quota.sessions && mails === quota.sessions,
      text: `${family}: of the zombie's ${triedSessions} sessions the servers accepted ${sessions} and took ${mails} mails (${quota.sessions} wanted)`,
    },
    {
      passed: pages === triedPages && names === triedPages,
      text: `${family}: while blocked, the zombie saw ${pages} of ${triedPages} pages and ${names} of ${triedPages} names`,
    },
    { passed: !passed, text: `${family}: one session more in the same period was ${passed ? "accepted" : "refused"}` },
  ];
}

async function checkReleased({ peers, traffic }: Lab, family: Family, quota: Quota): Promise<Check> {
  const delivered = await traffic.sendMail(zombie, family, exchangers[0]);
  const { sessions, mails } = await peers.mailFrom(zombie[family]);
  const wanted = quota.sessions + 1;
  return {
    passed: delivered && sessions === wanted && mails === wanted,
    text: `${family}: after the period a retried session ${delivered ? "worked" : "failed"}: ${sessions} sessions, ${mails} mails (${wanted} wanted)`,
  };
}

function checkEveryday(everyday: EverydayLife): Check {
  const acts = `${everyday.count("page")} pages, ${everyday.count("name")} names, ${everyday.count("mail")} mails`;
  const failed = everyday.failed.length === 0 ? "none failed" : `failed: ${everyday.failed.join("; ")}`;
  return { passed: everyday.failed.length === 0, text: `ordinary subscribers: ${acts}; ${failed}` };
}

/** The servers took every mail the homes sent, and no session besides. */
async function checkMail({ peers }: Lab, everyday: EverydayLife, family: Family): Promise<Check> {
  const counts = await Promise.all(homes.map((home) => peers.mailFrom(home[family])));
  const sent = homes.map((home) => everyday.count("mail", { home, family }));
  const list = homes.map(({ name }, n) => `${name} ${counts[n]?.mails} of ${sent[n]}`).join(", ");
  return {
    passed: counts.every(({ sessions, mails }, n) => sessions === sent[n] && mails === sent[n]),
    text: `${family}: mails of ordinary subscribers that the servers took: ${list}`,
  };
}
