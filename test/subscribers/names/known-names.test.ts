// Names by number: whoever cannot wait for the thread of names does not.

import test from "ava";
import { Sentence } from "../../../mgmt/sentence.ts";
import { KnownNames } from "../../../mgmt/subscribers/names/known-names.ts";

type Told = readonly (readonly [number, string])[];

/** A thread that answers when the test says so, and a clock that passes when it does. */
function slow() {
  const asked: { readonly ids: readonly number[]; readonly answer: PromiseWithResolvers<Told> }[] = [];
  let pass = () => {};
  const names = new KnownNames({
    ask(ids) {
      const answer = Promise.withResolvers<Told>();
      asked.push({ ids, answer });
      return answer.promise;
    },
    wait: () => new Promise((resolve) => (pass = resolve)),
  });
  return { names, asked, pass: () => pass() };
}

test("a name is asked for once, and of several those that are not known yet", async (t) => {
  const { names, asked } = slow();
  const first = names.of([1, 2]);
  asked[0]?.answer.resolve([[1, "alice"]]);
  t.deepEqual([...(await first)], [[1, "alice"]], "nobody is 2");
  t.deepEqual([...(await names.of([1]))], [[1, "alice"]]);
  const second = names.soon([1, 2, 3]);
  asked[1]?.answer.resolve([[3, "carol"]]);
  t.deepEqual([...(await second)].length, 2);
  t.deepEqual(
    asked.map(({ ids }) => ids),
    [
      [1, 2],
      [2, 3],
    ],
  );
});

test("who cannot wait goes without the names that are late, and the thread is asked once until it answers", async (t) => {
  const { names, asked, pass } = slow();
  const first = names.soon([1]);
  pass();
  t.is((await first).size, 0);
  t.is((await names.soon([1, 2])).size, 0, "and that at once");
  t.is(asked.length, 1);
  asked[0]?.answer.resolve([[1, "alice"]]);
  await asked[0]?.answer.promise;
  t.deepEqual([...(await names.soon([1]))], [[1, "alice"]], "what came late is known then");
});

test("who cannot wait has no need to know that the file cannot be read", async (t) => {
  const { names, asked } = slow();
  const soon = names.soon([1]);
  asked[0]?.answer.reject(new Sentence("The disk is broken."));
  t.is((await soon).size, 0);
  const again = names.of([1]);
  asked[1]?.answer.reject(new Sentence("The disk is broken."));
  await t.throwsAsync(again, { message: "The disk is broken." });
});

test("of very many names the first are asked for again", async (t) => {
  const asked: number[] = [];
  const names = new KnownNames({
    async ask(ids) {
      asked.push(ids.length);
      return ids.map((id) => [id, `name ${id}`] as const);
    },
    wait: async () => {},
  });
  const ids = Array.from({ length: 100_001 }, (_, index) => index + 1);
  t.is((await names.of(ids)).size, ids.length);
  await names.of([2, 100_001]);
  await names.of([1]);
  t.deepEqual(asked, [100_001, 1]);
});
