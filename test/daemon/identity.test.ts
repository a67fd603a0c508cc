// Who may do what on this machine.
import test from "ava";
import { levelNow, levelOf } from "../../mgmt/access/identity.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";

const ALICE = `username alice privilege 10 secret 9 $scrypt$ln=10,r=8,p=1$CgoKCgoKCgoKCgoKCgoKCg$KdGklRmsUm/DIYOZ3i0P0dVhTZ1/oLXJg41DHNlv8BE\n`;

function usersOf(text: string) {
  const parsed = parseConfiguration(text);
  if ("errors" in parsed) throw new Error(parsed.errors[0]?.message);
  return parsed.configuration.users;
}

test("a member of the group who is named has his level, and one who is not may look", (t) => {
  const users = usersOf(ALICE);
  t.is(levelOf("alice", users), 10);
  t.is(levelOf("bob", users), 5);
  t.is(levelOf("bob", usersOf("")), 5);
});

test("one whom others know keeps the level that they told; a user of the configuration has what it says now", (t) => {
  const users = usersOf(ALICE);
  const alice = { user: "alice", level: 15 } as const;
  t.is(levelNow({ ...alice, by: "local" }, { users }), 10);
  t.is(levelNow({ ...alice, by: "local" }, { users: [] }), 0);
  t.is(levelNow({ ...alice, by: "radius" }, { users: [] }), 15);
  t.is(levelNow({ user: "root", level: 15, by: "peer" }, { users }), 15);
});
