// The ids that windows are kept by.

import test from "ava";
import { detectorsById, missingIds } from "../../mgmt/engine/policy_ids.ts";
import { Engine } from "../../mgmt/replay/engine.ts";
import { tcp } from "./frames.ts";
import { configurationOf, policyOf } from "./policies.ts";

interface Change {
  readonly service?: string;
  readonly detect?: string;
  readonly zone?: string;
  readonly packageId?: number;
}

const lines = ({
  service = "protocol tcp port 25",
  detect = "sessions 3 period 60 window fixed action block",
  zone = "192.0.2.128/25",
  packageId = 0,
}: Change = {}) => `
zone home
 ip ${zone}
service mail
 ${service}
 zone exclude home
package ${packageId}
 mass-mailing service mail
  detect ${detect}
interface LineCard 0
 subscriber template 1 package ${packageId}
 subscriber anonymous-group name "homes" IP-range 10.0.0.0/8 template 1
`;

/** Of six sessions, half opened before the change, how many pass: 3 when the window is kept, more when it begins anew. */
function passed(change: Change): number {
  const before = policyOf(lines());
  const engine = new Engine({ policy: before.policy, sessions: 100, subscribers: 10, watches: 10, detectors: 4 });
  const open = (fromPort: number) =>
    engine.packet(tcp({ from: "10.0.0.1", fromPort, to: "192.0.2.1", toPort: 25 }), "subscriber", 0, 1000).verdict;
  const first = [1, 2, 3].map(open);
  engine.apply(policyOf(lines(change), before.ids).policy);
  return [...first, ...[4, 5, 6].map(open)].filter((verdict) => verdict === "forward").length;
}

test("a window is kept when nothing, the actions, or a zone's addresses change", (t) => {
  t.is(passed({}), 3);
  t.is(passed({ detect: "sessions 3 period 60 window fixed action report block" }), 3);
  t.is(passed({ zone: "192.0.2.192/26" }), 3);
});

test("a window is kept when its threshold changes: what was counted counts towards the new one", (t) => {
  t.is(passed({ detect: "sessions 5 period 60 window fixed action block" }), 5);
});

test("a window begins anew when the period, the package or the service's definition changes", (t) => {
  t.is(passed({ detect: "sessions 3 period 61 window fixed action block" }), 6);
  t.is(passed({ packageId: 5 }), 6);
  t.is(passed({ service: "protocol tcp port 25,465" }), 6);
  t.is(passed({ service: "protocol tcp port 25\n initiator subscriber" }), 6);
});

test("an id is never given to another: what comes later gets later numbers", (t) => {
  const first = policyOf(lines());
  const without = policyOf("package 0", first.ids);
  const later = policyOf(lines({ detect: "sessions 3 period 61 window fixed action block" }), without.ids);
  const back = policyOf(lines(), later.ids);
  t.deepEqual([...without.ids], [...first.ids]);
  t.is(new Set(later.ids.values()).size, later.ids.size);
  t.is(Math.max(...later.ids.values()), first.ids.size + 1);
  t.deepEqual([...back.ids], [...later.ids]);
});

test("an id leads back to its detector", (t) => {
  const configuration = configurationOf(lines());
  const ids = missingIds(configuration, new Map([["of another time", 41]]));
  const [placed, ...others] = [...detectorsById(configuration, ids)];
  t.deepEqual(others, []);
  t.is(placed?.[0], Math.max(...ids.values()));
  t.like(placed?.[1], { packageId: 0, service: "mail", detector: { threshold: 3, periodSeconds: 60 } });
});
