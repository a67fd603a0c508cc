// Who knows a secret gets its level; who guesses waits.
import test from "ava";
import { ClearText } from "../../cli/grammar/secret.ts";
import { Enabling } from "../../mgmt/access/enabling.ts";
import type { Actor, AuditEntry } from "../../mgmt/operations/operation.ts";
import { FakeClock } from "./parts.ts";

/** "fifteen-fifteen" in few rounds. */
const HASH = "$scrypt$ln=10,r=8,p=1$Dw8PDw8PDw8PDw8PDw8PDw$6DXi5Wr4xXOOilWSHhGIwwyXT49xjgN6oNCUYgrLAow";

function made() {
  const clock = new FakeClock();
  const audited: AuditEntry[] = [];
  const facts = () => ({ enableSecrets: [{ level: 15 as const, secret: HASH }] });
  const enabling = new Enabling({ clock, facts, audit: async (entry) => void audited.push(entry) });
  const actor = (user: string): Actor => ({ user, level: 5, from: "console", session: 1 });
  const tries = (secret: string, user = "alice") => enabling.enable(15, new ClearText(secret), actor(user));
  return { clock, audited, enabling, actor, tries };
}

test("the right secret leads to its level, a wrong one does not, and both are audited without it", async (t) => {
  const { tries, audited } = made();
  t.true(await tries("fifteen-fifteen"));
  t.false(await tries("fifteen-sixteen"));
  t.deepEqual(
    audited.map(({ operation, text, outcome, reason }) => ({ operation, text, outcome, reason })),
    [
      { operation: "session.enable", text: "level 15", outcome: "done", reason: "" },
      { operation: "session.enable", text: "level 15", outcome: "denied", reason: "The secret was wrong." },
    ],
  );
  t.false(JSON.stringify(audited).includes("teen-"));
});

test("a level without a secret has none that is right", async (t) => {
  const { enabling, actor } = made();
  t.false(await enabling.enable(10, new ClearText("fifteen-fifteen"), actor("alice")));
});

test("after three wrong ones a person waits, longer each time, also for the right one", async (t) => {
  const { tries, clock } = made();
  const message = (seconds: number) => ({ message: `Too many secrets were wrong: try again in ${seconds} s.` });
  for (let n = 0; n < 3; n++) t.false(await tries("wrong-wrong"));
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    await t.throwsAsync(tries("fifteen-fifteen"), message(seconds));
    clock.bootMs += seconds * 1000 - 1;
    await t.throwsAsync(tries("fifteen-fifteen"), message(1));
    clock.bootMs += 1;
    t.false(await tries("wrong-wrong"));
  }
  clock.bootMs += 60_000;
  t.true(await tries("fifteen-fifteen"));
});

test("after a quarter of an hour all is forgiven", async (t) => {
  const { tries, clock } = made();
  for (let n = 0; n < 3; n++) await tries("wrong-wrong");
  clock.bootMs += 15 * 60_000;
  for (let n = 0; n < 3; n++) t.false(await tries("wrong-wrong"));
});

test("those who guess make those wait who were wrong too, and nobody else", async (t) => {
  const { tries } = made();
  for (let n = 0; n < 3; n++) await tries("wrong-wrong", "mallory");
  t.true(await tries("fifteen-fifteen", "alice"));
  for (const user of ["a", "a", "a", "b", "b", "b", "c"]) await tries("wrong-wrong", user);
  await t.throwsAsync(tries("fifteen-fifteen", "c"));
  t.true(await tries("fifteen-fifteen", "alice"));
  t.false(await tries("wrong-wrong", "alice"));
  await t.throwsAsync(tries("fifteen-fifteen", "alice"));
});

test("guesses that are made at once are as many as those made one by one", async (t) => {
  const { tries } = made();
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => tries("wrong-wrong")));
  t.is(outcomes.filter(({ status }) => status === "fulfilled").length, 3);
});
