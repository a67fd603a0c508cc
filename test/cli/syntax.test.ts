import test from "ava";
import { commandsFor } from "../../cli/grammar/command.ts";
import type { Arguments, HelpWords } from "../../cli/grammar/syntax.ts";

/** Compiles only for two equal types. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const command = commandsFor<{ top: { said: unknown[] } }>();

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
  command({ mode: "top", syntax: "zone <name:WORD>", help: { zone: "A zone" }, run: () => undefined });
  // @ts-expect-error: there is no word `area`.
  command({ mode: "top", syntax: "zone", help: { zone: "A zone", area: "An area" }, run: () => undefined });
  // @ts-expect-error: there is no mode `bottom`.
  command({ mode: "bottom", syntax: "zone", help: { zone: "A zone" }, run: () => undefined });
  t.true(words);
});

test("a command prints the line that its arguments were typed in, without the optional parts that are not given", (t) => {
  const help = { go: "Go", "<to>": "There", by: "By", road: "Road", rail: "Rail", at: "At", "<hour>": "Hour" };
  const go = command({
    mode: "top",
    syntax: "go <to:STRING> [by <ways:road|rail...>] [at <hour:0-23>]",
    help,
    run: () => undefined,
  });
  t.is(go.print({ to: "the sea" }), 'go "the sea"');
  t.is(go.print({ to: "the sea", hour: 0 }), 'go "the sea" at 0');
  t.is(go.print({ to: "the sea", ways: ["road", "rail"], hour: 7 }), 'go "the sea" by road rail at 7');
});
