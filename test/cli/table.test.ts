import test from "ava";
import { type Command, leavingCommands } from "../../cli/grammar/command.ts";
import { routesOf } from "../../cli/grammar/syntax.ts";
import { commandTable } from "../../cli/grammar/table.ts";

/** A command as a careless programmer might force it past the compiler. */
function careless(
  syntax: string,
  options: { help?: Record<string, string>; mode?: string; enters?: string } = {},
): Command {
  const words = [...syntax.matchAll(/<([^:>]+):[^>]*>|[^\s[\]]+/g)].map(([word, name]) => (name ? `<${name}>` : word));
  const help = Object.fromEntries(words.map((word) => [word, `About ${word}`]));
  return { mode: "top", help, ...options, syntax, routes: routesOf(syntax), level: 0 };
}

function faultsOf(...commands: Command[]): string[] {
  try {
    commandTable("top", commands);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
}

test("a table whose words each have one meaning is accepted", (t) => {
  const zone = careless("zone <name:WORD>", { enters: "zone" });
  const ip = careless("ip <prefix:PREFIX> [comment <text:STRING>]", { mode: "zone" });
  t.deepEqual(faultsOf(zone, ip, careless("zones"), ...leavingCommands), []);
});

test("a word without help is a fault", (t) => {
  t.deepEqual(faultsOf(careless("zone <name:WORD>", { help: { zone: "A zone", "<name>": " " } })), [
    '"zone <name:WORD>" has no help for <name>.',
  ]);
  t.deepEqual(faultsOf(careless("say yes", { help: { say: "Say" } })), ['"say yes" has no help for yes.']);
});

test("the same words for two commands are a fault", (t) => {
  t.deepEqual(faultsOf(careless("stop"), careless("stop")), ['"stop" is 2 commands.']);
  t.deepEqual(faultsOf(careless("stop [now]"), careless("stop")), ['"stop" is 2 commands.']);
  t.deepEqual(faultsOf(careless("exit"), ...leavingCommands), ['After "", exit has 2 helps.', '"exit" is 2 commands.']);
});

test("two different values at one place are a fault", (t) => {
  t.deepEqual(faultsOf(careless("show <name:WORD>"), careless("show <id:0-9>")), [
    'After "show" come <name:WORD> and <id:0-9>.',
  ]);
});

test("a keyword that a value at its place would accept is a fault", (t) => {
  t.deepEqual(faultsOf(careless("zone <name:WORD>"), careless("zone all")), ['After "zone", all is also a <name>.']);
  t.deepEqual(faultsOf(careless("link <id:0-3>"), careless("link all")), []);
});

test("two helps for one word at one place are a fault", (t) => {
  const one = careless("zone one", { help: { zone: "A set of addresses", one: "1" } });
  const two = careless("zone two", { help: { zone: "A set of hosts", two: "2" } });
  t.deepEqual(faultsOf(one, two), ['After "", zone has 2 helps.']);
});

test("a command in a mode that nothing enters is a fault", (t) => {
  t.deepEqual(faultsOf(careless("ip", { mode: "zone" })), ['"ip" cannot be typed: no command enters its mode, zone.']);
});

test("faults inside a mode and inside a command's optional parts are found", (t) => {
  const enter = careless("zone", { enters: "zone" });
  const inner = [careless("ip [from <a:WORD>]", { mode: "zone" }), careless("ip from all", { mode: "zone" })];
  t.deepEqual(faultsOf(enter, ...inner), ['After "ip from", all is also a <a>.']);
});

test("a keyword that nobody could type, or could not tell from another, is a fault", (t) => {
  t.deepEqual(faultsOf(careless("show a|b")), ['"show a|b" has a|b for a keyword.']);
  t.deepEqual(faultsOf(careless("link"), careless("LINK")), ['After "", link is also spelt LINK.']);
});

test("what stands behind the rest of the line is a fault", (t) => {
  t.deepEqual(faultsOf(careless("comment <text:LINE>")), []);
  t.deepEqual(faultsOf(careless("comment <text:LINE> now")), [
    '"comment <text:LINE> now" goes on behind the rest of the line.',
  ]);
  t.deepEqual(faultsOf(careless("comment <text:LINE>"), careless("comment now")), [
    'After "comment", now is also a <text>.',
  ]);
});

test("two arguments of one name are a fault", (t) => {
  t.deepEqual(faultsOf(careless("from <a:WORD> to <a:WORD>")), ['"from <a:WORD> to <a:WORD>" has two arguments a.']);
});

test("commands of different levels are told apart as all others: the highest level sees both", (t) => {
  t.deepEqual(faultsOf(careless("stop"), { ...careless("stop"), level: 15 }), ['"stop" is 2 commands.']);
});
