// Services, as they are shown.
import test from "ava";
import type { Context } from "../../cli/commands/exec.ts";
import { language } from "../../cli/commands/table.ts";
import { match } from "../../cli/grammar/match.ts";
import { factsOf } from "../../mgmt/config/facts.ts";
import { configurationOf } from "../core/policies.ts";

const facts = factsOf(
  configurationOf(`
zone home-mail
 ip 192.0.2.25
service web
 protocol tcp port 80,443
 initiator subscriber
service begun
package 0 name "residential"
 mass-mailing service smtp-off-net
  detect sessions 10 period 60 action report block
  detect sessions 1000 period 3600 window sliding hold 600 count established action block cut
 mass-mailing service web
package 3
 mass-mailing service smtp-off-net
interface LineCard 0
 mass-mailing home-servers zone home-mail
`),
  1,
);

async function shown(line: string): Promise<string> {
  const found = match(language.exec.commands, line);
  if ("code" in found) throw new Error(`No command is typed as "${line}".`);
  const context = { appliance: { facts: () => facts } } as unknown as Context;
  const lines: string[] = [];
  for await (const answer of found.command.execute(context, found.args as never)) lines.push(...answer.lines());
  return lines.join("\n");
}

test("services are listed with what they are, from where, and the packages that name them", async (t) => {
  t.is(
    await shown("show services"),
    `\
SERVICE        PROTOCOL  PORTS    OPENED BY   ZONE               FROM           PACKAGES
web            tcp       80,443   subscriber  -                  configuration  0
smtp           tcp       25       either      -                  built in       -
smtp-outbound  tcp       25       subscriber  -                  built in       -
smtp-off-net   tcp       25       subscriber  exclude home-mail  built in       0,3
submission     tcp       465,587  subscriber  -                  built in       -
dns            udp       53       subscriber  -                  built in       -
http           tcp       80       subscriber  -                  built in       -`,
  );
});

test("one service is shown with who counts how much of it, and what happens then", async (t) => {
  t.is(
    await shown("show services name smtp-off-net"),
    `\
Service    : smtp-off-net
What it is : Mail that a subscriber delivers himself, and not by the home servers
Sessions   : tcp port 25
Opened by  : subscriber
Zone       : exclude home-mail
From       : built in
Package 0 "residential": 10 sessions in 60 s; report, block
Package 0 "residential": 1,000 established sessions in any 3,600 s, held for 600 s; block, cut
Package 3: measured`,
  );
  t.regex(await shown("show services name dns"), /\nFrom {7}: built in\nNo package counts it\.$/);
});

test("a service that there is not, or that has no ports, is told as where it is spoken of", async (t) => {
  const refused = async (line: string) => (await t.throwsAsync(shown(line), { name: "Sentence" }))?.message;
  t.is(await refused("show services name pop3"), 'Service pop3 does not exist: create it with "service pop3".');
  t.is(await refused("show services name begun"), 'Service begun has no ports: give it a "protocol" line.');
});
