// Whose mail is blocked, by zones: the provider's own relay, exempt subscribers, and those who may not mail at all.
import test from "ava";
import { families, type Host, homes, mail, zombie } from "../../lab/plan.ts";
import { inLab } from "./in-lab.ts";
import { swaks } from "./swaks.ts";
import { shortQuota } from "./zombie.ts";

const detector = "action report block reset";
const { sessions } = shortQuota;
const [ordinary, business, infected] = homes;

const zone = (name: string, { ipv4, ipv6 }: Host) => [`zone ${name}`, ` ip ${ipv4}/32`, ` ip ${ipv6}/128`];

test(
  "while mail off net is blocked, the provider's own relay is reached",
  inLab(
    {
      quota: {
        ...{ ...shortQuota, detector, service: "smtp-off-net" },
        zones: zone("relays", mail),
        lineCard: ["mass-mailing home-servers zone relays"],
      },
    },
    async (t, lab) => {
      for (const family of families) {
        for (let n = 0; n <= sessions; n++) t.is(await swaks(lab, zombie, family, mail), "delivered", "at home");
        for (let n = 0; n < sessions; n++) t.is(await swaks(lab, zombie, family), "delivered", "off net");
        t.is(await swaks(lab, zombie, family), "refused");
        t.is(await swaks(lab, zombie, family, mail), "delivered");
      }
    },
  ),
);

test(
  "an exempt zone's subscribers mail without a quota, a force-blocked zone's not at all; their neighbours have the quota",
  inLab(
    {
      quota: {
        ...{ ...shortQuota, detector },
        zones: [...zone("business", business), ...zone("infected", infected)],
        lineCard: ["mass-mailing exempt zone business", "mass-mailing force-block zone infected"],
      },
    },
    async (t, lab) => {
      for (const family of families) {
        for (let n = 0; n < 2 * sessions; n++) t.is(await swaks(lab, business, family), "delivered");
        t.is(await swaks(lab, infected, family), "timed out");
        t.true(await lab.traffic.fetchPage(infected, family), "only mail is blocked");
        for (let n = 0; n < sessions; n++) t.is(await swaks(lab, ordinary, family), "delivered");
        t.is(await swaks(lab, ordinary, family), "refused");
      }
    },
  ),
);
