// Users of the configuration come in by their secrets.
import test from "ava";
import { ClearText } from "../../cli/grammar/secret.ts";
import { LocalLogins } from "../../mgmt/aaa/local.ts";
import type { User } from "../../mgmt/config/sections/users.ts";

/** "fifteen-fifteen" in few rounds. */
const HASH = "$scrypt$ln=10,r=8,p=1$Dw8PDw8PDw8PDw8PDw8PDw$6DXi5Wr4xXOOilWSHhGIwwyXT49xjgN6oNCUYgrLAow";

const alice: User = { name: "alice", level: 10, secret: HASH, keys: [] };

const asked = (user: string, password = "fifteen-fifteen") => {
  return { user, password: new ClearText(password), from: "192.0.2.1", gone: new AbortController().signal };
};

test("the right secret is accepted with the user's level, a wrong one refused, an unknown name not answered", async (t) => {
  const local = new LocalLogins({ facts: () => ({ users: [alice] }) });
  t.deepEqual(await local.ask(asked("alice")), { outcome: "accepted", level: 10, shown: HASH });
  t.deepEqual(await local.ask(asked("alice", "fifteen-sixteen")), { outcome: "refused" });
  t.deepEqual(await local.ask(asked("bob")), { outcome: "unanswered", reason: "Nobody has this name." });
});

/** Secrets are tried until the test says how it ended. */
function held(users: User[]) {
  const tries: { readonly hash: string | undefined; end(right: boolean): void }[] = [];
  const local = new LocalLogins({
    facts: () => ({ users }),
    verify: (hash) => new Promise((end) => tries.push({ hash, end })),
  });
  return { local, tries };
}

test("an unknown name has a secret tried as the costliest of the known ones has", async (t) => {
  const cheap = { ...alice, name: "carol", secret: HASH.replace("ln=10", "ln=9") };
  const { local, tries } = held([cheap, alice]);
  const answers = ["alice", "bob"].map((user) => local.ask(asked(user)));
  t.deepEqual(
    tries.map(({ hash }) => hash?.split("$")[2]),
    ["ln=10,r=8,p=1", "ln=10,r=8,p=1"],
  );
  for (const { end } of tries) end(false);
  t.deepEqual(
    (await Promise.all(answers)).map(({ outcome }) => outcome),
    ["refused", "unanswered"],
  );
});

test("a user who was removed, or has another secret, while his was tried is refused; his new level counts", async (t) => {
  const users = [alice];
  const { local, tries } = held(users);
  for (const [change, expected] of [
    [() => users.splice(0), { outcome: "refused" }],
    [() => users.push({ ...alice, secret: "another" }), { outcome: "refused" }],
    [() => users.splice(0, 1, { ...alice, level: 5 }), { outcome: "accepted", level: 5, shown: HASH }],
  ] as const) {
    users.splice(0, users.length, alice);
    const answer = local.ask(asked("alice"));
    users.splice(0);
    change();
    tries.pop()?.end(true);
    t.deepEqual(await answer, expected);
  }
});
