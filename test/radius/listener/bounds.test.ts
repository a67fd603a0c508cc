// What RADIUS accounting remembers is bounded, whatever comes.
import test from "ava";
import { AnsweredRequests } from "../../../mgmt/radius/listener/answered.ts";
import { Nases } from "../../../mgmt/radius/listener/nases.ts";
import { CLIENT, fakeStore } from "./parts.ts";

test("of answered requests the latest 100,000 are known, and never more than 200,000", (t) => {
  const requests = new AnsweredRequests();
  const state = (index: number) => requests.see(`${index}`, 0);
  for (let index = 0; index < 300_000; index++) {
    requests.begin(`${index}`);
    requests.end(`${index}`, true, 0);
  }
  const known = Array.from({ length: 300_000 }, (_, index) => state(index)).filter((each) => each === "answered");
  t.is(known.length, 200_000);
  t.is(state(99_999), "new");
  t.is(state(200_000), "answered");
});

test("of 10,001 NASes the one that was new longest ago is forgotten", (t) => {
  const nases = new Nases({ store: fakeStore() });
  for (let index = 0; index <= 10_000; index++) nases.heard(`bras-${index}`, CLIENT);
  const behind = nases.behind(CLIENT);
  t.is(behind.length, 10_000);
  t.false(behind.includes("bras-0"));
});
