// Whose an address is, of several names that have it.

import test from "ava";
import { FakeEngine } from "../../mgmt/engine/fake_engine.ts";
import type { MappedAddress } from "../../mgmt/engine/region_data.ts";
import { Subscribers, type SubscribersParts } from "../../mgmt/subscribers/subscribers.ts";
import { nameBook } from "../cli/name-book.ts";
import { subscriber } from "../cli/subscriber-stage.ts";
import { region } from "../daemon/parts.ts";

const TAGGED = { outerVlan: 100, innerVlan: 0 };
const ofAnna: MappedAddress = { address: "10.1.0.0", prefixLength: 16, tags: null };
const ofBert: MappedAddress = { address: "10.1.2.3", prefixLength: 32, tags: TAGGED };
const ofCleo: MappedAddress = { address: "10.1.2.0", prefixLength: 24, tags: null };

test("the name that has an address is that of its longest mapping, and before all within tags", async (t) => {
  const engine = new FakeEngine();
  engine.attach(region());
  const parts: Partial<SubscribersParts> = { engine, names: nameBook("anna", "bert", "cleo") };
  const subscribers = new Subscribers(parts as SubscribersParts);
  const nameOf = async (...vias: MappedAddress[]) => {
    const ids = new Map([ofAnna, ofBert, ofCleo].map((via, index) => [via, index + 1]));
    engine.records = vias.map((via) => subscriber(`100::${ids.get(via)}`, { template: null, package: 0, via }));
    return (await subscribers.nameWith("10.1.2.3"))?.name;
  };
  t.is(await nameOf(ofAnna, ofBert, ofCleo), "cleo");
  t.is(await nameOf(ofCleo, ofBert, ofAnna), "cleo");
  t.is(await nameOf(ofBert, ofAnna), "anna");
  t.is(await nameOf(ofBert), "bert");
  t.is(await nameOf(), undefined);
});
