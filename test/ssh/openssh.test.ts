// OpenSSH at the box.
import test from "ava";
import { box } from "./box.ts";

test("a command is answered by itself, and its exit status says whether it was taken", async (t) => {
  const { ssh } = await box(t);
  t.deepEqual(await ssh({ command: "show privilege" }), {
    status: 0,
    out: "Current privilege level is 15\r\n",
    err: "",
  });
});

test("what is piped in is obeyed as at the console", async (t) => {
  const { ssh } = await box(t);
  t.deepEqual(await ssh({ input: "show privilege\nexit\n" }), {
    status: 0,
    out: "box#show privilege\r\nCurrent privilege level is 15\r\nbox#exit\r\n",
    err: "",
  });
});
