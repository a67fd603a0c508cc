import test from "ava";
import { linesFor } from "../../cli/grammar/command.ts";
import type { Arguments, HelpWords } from "../../cli/grammar/syntax.ts";

/** Compiles only for two equal types. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const line = linesFor<{ top: { said: unknown[] } }>();

test("the compiler infers the types of arguments from the syntax string", (t) => {
  const values: Equal<Arguments<"zone <name:WORD> at <id:0-255>">, { name: string; id: number }> = true;
  const choices: Equal<
    Arguments<"do <what:this|that> to <whom:a|b...>">,
    { what: "this" | "that"; whom: readonly ("a" | "b")[] }
  > = true;
  const optional: Equal<
    Arguments<"go <to:PREFIX> [by <way:road>] [at <hour:0-23>]">,
    { to: string; way?: "road" | undefined; hour?: number | undefined }
  > = true;
  const none: Equal<keyof Arguments<"interface LineCard 0">, never> = true;
  t.true(values && choices && optional && none);
});

test("the compiler wants help for each keyword, word of a choice and value, and for nothing else", (t) => {
  const words: Equal<
    HelpWords<"go <to:PREFIX> [by <way:road|rail...> for <hours:1-9>]">,
    "go" | "<to>" | "by" | "road" | "rail" | "for" | "<hours>"
  > = true;
  // @ts-expect-error: the help of <name> is missing.
  line({ mode: "top", syntax: "zone <name:WORD>", help: { zone: "A zone" }, run: () => undefined, slot: "zone" });
  // @ts-expect-error: there is no word `area`.
  line({ mode: "top", syntax: "zone", help: { zone: "A", area: "B" }, run: () => undefined, slot: "zone" });
  // @ts-expect-error: there is no mode `bottom`.
  line({ mode: "bottom", syntax: "zone", help: { zone: "A zone" }, run: () => undefined, slot: "zone" });
  // @ts-expect-error: the line has no word `area` to be known by.
  line({ mode: "top", syntax: "zone", help: { zone: "A zone" }, run: () => undefined, slot: "area" });
  t.true(words);
});

test("a line prints the line that its arguments were typed in, without the optional parts that are not given", (t) => {
  const help = { go: "Go", "<to>": "There", by: "By", road: "Road", rail: "Rail", at: "At", "<hour>": "Hour" };
  const go = line({
    mode: "top",
    syntax: "go <to:STRING> [by <ways:road|rail...>] [at <hour:0-23>]",
    help,
    run: () => undefined,
    slot: "go <to:STRING>",
  });
  t.is(go.print({ to: "the sea" }).text, 'go "the sea"');
  t.is(go.print({ to: "the sea", hour: 0 }).text, 'go "the sea" at 0');
  t.is(go.print({ to: "the sea", ways: ["road", "rail"], hour: 7 }).text, 'go "the sea" by road rail at 7');
});

test("a line is known by its slot, whichever way it is typed or taken back", (t) => {
  const help = { go: "Go", "<to>": "There", at: "At", "<hour>": "Hour" };
  const acts: unknown[] = [];
  const go = line({
    mode: "top",
    syntax: "go <to:STRING> at <hour:0-23>",
    help,
    run: (_, args) => acts.push(args),
    slot: "go <to:STRING>",
    no: (_, args) => acts.push(args),
  });
  t.is(go.print({ to: "the sea", hour: 7 }).slot, 'go "the sea"');
  t.is(go.printNo({ to: "the sea" }).text, 'no go "the sea"');
  t.deepEqual(
    go.forms.map(({ syntax }) => syntax),
    ["go <to:STRING> at <hour:0-23>", "no go <to:STRING>", "default go <to:STRING>"],
  );
});
