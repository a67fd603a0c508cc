// SSH, as text.

import { algorithms, hostKeyAlgorithms, methods } from "../../mgmt/ssh/algorithms.ts";
import type { SshConnectionStatus } from "../../mgmt/ssh/connection.ts";
import type { HostKeyStatus } from "../../mgmt/ssh/host-keys.ts";
import type { SshStatus } from "../../mgmt/ssh/server.ts";
import { dateAndTime } from "../../mgmt/words.ts";
import { block, columns, fields, paragraphs } from "../columns.ts";

/** Of what a client calls itself. */
const SOFTWARE_SHOWN = 24;

/** The first lines are those of IOS. */
export function settingsLines({ settings, alarms }: Pick<SshStatus, "settings" | "alarms">): string[] {
  const { on, address, port, graceSeconds, attempts, banner } = settings;
  return paragraphs(
    [
      on ? "SSH Enabled - version 2.0" : "SSH Disabled - version 2.0",
      `Authentication methods:${methods.join(",")}`,
      `Authentication timeout: ${graceSeconds} secs; Authentication retries: ${attempts}`,
    ],
    fields({ "Listens at": `${address ?? "every address"} port ${port}`, Banner: banner === "" ? "none" : "shown" }),
    alarms,
  );
}

export function sshLines({ hostKeys, connections }: Pick<SshStatus, "hostKeys" | "connections">): string[] {
  return paragraphs(
    connections.length === 0 ? ["Nobody is connected."] : connectionLines(connections),
    block("Host keys:", hostKeyLines(hostKeys)),
    block("Offered:", [
      ...fields({
        "Key exchange": algorithms.kex.join(" "),
        "Host key": hostKeyAlgorithms.join(" "),
        Encryption: algorithms.cipher.join(" "),
        Integrity: algorithms.hmac.join(" "),
      }),
    ]),
  );
}

/** One a line. */
export function hostKeyLines(hostKeys: readonly HostKeyStatus[]): string[] {
  return hostKeys.map(({ kind, fingerprint }) => `${kind.padEnd(7)}  ${fingerprint}`);
}

function connectionLines(connections: readonly SshConnectionStatus[]): string[] {
  return columns(
    ["USER", "FROM", "SINCE", "SESSIONS", "ENCRYPTION", "INTEGRITY", "CLIENT"],
    connections.map(({ user, from, since, sessions, agreed, software }) => [
      ...[user ?? "-", from, dateAndTime(since), sessions, agreed?.cipher ?? "-", agreed?.mac || "-"],
      software.slice(0, SOFTWARE_SHOWN) || "-",
    ]),
  );
}
