// Who may do what on this machine.
import test from "ava";
import { levelOf } from "../../mgmt/access/identity.ts";
import { parseConfiguration } from "../../mgmt/config/parse.ts";

const ALICE = `username alice privilege 10 secret 9 $scrypt$ln=10,r=8,p=1$CgoKCgoKCgoKCgoKCgoKCg$KdGklRmsUm/DIYOZ3i0P0dVhTZ1/oLXJg41DHNlv8BE\n`;

function usersOf(text: string) {
  const parsed = parseConfiguration(text);
  if ("errors" in parsed) throw new Error(parsed.errors[0]?.message);
  return parsed.configuration.users;
}

test("while nobody is named a member of the group may look", (t) => t.is(levelOf("bob", usersOf("")), 5));

test("once somebody is named each has his level, and who is not named has none", (t) => {
  const users = usersOf(ALICE);
  t.is(levelOf("alice", users), 10);
  t.is(levelOf("bob", users), 0);
});
