// One mail by swaks, which says in words what became of its connection.
import type { Lab } from "../../lab/lab.ts";
import { exchangers, type Family, type Host } from "../../lab/plan.ts";

const endings = [
  { ending: "delivered", words: /^<- {2}250 [^\n]*\n -> QUIT/m },
  { ending: "refused", words: /Connection refused/ },
  { ending: "timed out", words: /timeout|timed out/i },
] as const;

/** Of a mail: the server took it, the connection was refused, or nothing answered its SYNs for two seconds. */
export type SwaksEnding = (typeof endings)[number]["ending"];

/** Sends a mail to `server`; rejects when swaks says anything else. */
export async function swaks(
  { site }: Lab,
  from: Host,
  family: Family,
  server: Host = exchangers[0],
): Promise<SwaksEnding> {
  const { stdout, stderr } = await site.subscribers.attempt([
    ...["swaks", family === "ipv6" ? "-6" : "-4", "--server", server[family], "--local-interface", from[family]],
    ...["--helo", "client.example.net", "--from", `${from.name}@example.net`, "--to", "someone@example.org"],
    ...["--timeout", "2"],
  ]);
  const said = `${stdout}${stderr}`;
  const ending = endings.find(({ words }) => words.test(said))?.ending;
  if (!ending) throw new Error(`swaks: ${said}`);
  return ending;
}
