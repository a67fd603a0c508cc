// What subscribers do, with real clients: mail by curl, web pages by curl, names by dig, and the zombie's mass mailing by
// postfix's smtp-source.
import { writeFile } from "node:fs/promises";
import type { Namespace } from "./namespace.ts";
import { dns, exchangers, type Family, type Host, mail, web, webName, zombie } from "./plan.ts";
import type { Part } from "./process.ts";

const urlHost = (address: string) => (address.includes(":") ? `[${address}]` : address);

/** The acts of subscribers; each returns whether it worked for the subscriber. */
export class Traffic {
  readonly #namespace: Namespace;
  readonly #directory: string;

  /** @param directory where the zombie's programs put their lists and complaints. */
  constructor(namespace: Namespace, directory: string) {
    this.#namespace = namespace;
    this.#directory = directory;
  }

  /** One SMTP session that delivers one mail to `server`; gives up after `timeoutSeconds`. */
  sendMail(from: Host, family: Family, server: Host = mail, timeoutSeconds = 5): Promise<boolean> {
    return this.#curl(from[family], timeoutSeconds, [
      `smtp://${urlHost(server[family])}`,
      ...["--mail-from", `${from.name}@example.net`, "--mail-rcpt", "someone@example.org", "--upload-file", "-"],
    ]);
  }

  fetchPage(from: Host, family: Family, timeoutSeconds = 5): Promise<boolean> {
    return this.#curl(from[family], timeoutSeconds, [`http://${urlHost(web[family])}/`]);
  }

  async resolveName(from: Host, family: Family): Promise<boolean> {
    const type = family === "ipv6" ? "AAAA" : "A";
    const command = ["dig", "-b", from[family], `@${dns[family]}`, "+short", "+tries=2", "+time=2", webName, type];
    const { stdout } = await this.#namespace.attempt(command);
    return stdout.trim() === web[family];
  }

  /**
   * The zombie's engine: tries `sessions` sessions of one mail each, 20 at a time, over all the exchangers it knows, and
   * gives up on each after 2 s. Refused altogether, 300 take half a minute. The part ends when all were tried; when it
   * is stopped, the sessions under way still have their 2 s.
   */
  async massMail(family: Family, sessions: number): Promise<Part> {
    const targets = Array.from({ length: sessions }, (_, n) => exchangers[n % exchangers.length] as Host);
    const list = `${this.#directory}/targets-${family}`;
    await writeFile(list, targets.map((target) => `${urlHost(target[family])}:25\n`).join(""));
    // One smtp-source has one connection attempt open at a time, so the twenty are twenty of it.
    const engine = ["timeout", "2", "smtp-source", "-f", "zombie@example.net", "-t", "victim@example.org"];
    const command = ["xargs", "--arg-file", list, "-P", "20", "-n", "1", ...engine];
    return this.#namespace.start(`${zombie.name}'s engine`, command, {
      log: `${this.#directory}/engine-${family}.log`,
    });
  }

  async #curl(source: string, timeoutSeconds: number, args: readonly string[]): Promise<boolean> {
    const limits = ["--silent", "--show-error", "--max-time", String(timeoutSeconds)];
    const message = "Subject: hello\r\n\r\nHello.\r\n";
    const { status } = await this.#namespace.attempt(["curl", ...limits, "--interface", source, ...args], {
      input: message,
    });
    return status === 0;
  }
}
