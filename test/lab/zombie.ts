// The zombie in single steps, for tests in which his being blocked is a fact among others.
import type { ExecutionContext } from "ava";
import type { Lab } from "../../lab/lab.ts";
import { mail, zombie } from "../../lab/plan.ts";

/** Few sessions, and a period that no test outlasts. */
export const shortQuota = { sessions: 3, periodSeconds: 600 };

/** He sends a mail; whether it is delivered. */
export function mails({ traffic }: Lab): Promise<boolean> {
  return traffic.sendMail(zombie, "ipv4", mail);
}

/** As `mails`, for one who is thought to be refused: gives up soon. */
export function mailsQuickly({ traffic }: Lab): Promise<boolean> {
  return traffic.sendMail(zombie, "ipv4", mail, 0.5);
}

/** His mail does not pass, though he reaches other servers. */
export async function assertBlocked(t: ExecutionContext, lab: Lab): Promise<void> {
  t.false(await mailsQuickly(lab), "the zombie's mail passes");
  t.true(await lab.traffic.fetchPage(zombie, "ipv4"), "the zombie sees no page");
}

/** He uses up the quota. */
export async function breach(t: ExecutionContext, lab: Lab): Promise<void> {
  for (let n = 1; n <= shortQuota.sessions; n++) t.true(await mails(lab), `the zombie's mail ${n} is not delivered`);
  await assertBlocked(t, lab);
}
