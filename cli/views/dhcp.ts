// DHCP as a feed of subscribers, as text.

import type { DhcpStatus } from "../../mgmt/dhcp/feed.ts";
import { type DhcpCounter, dhcpCounters } from "../../mgmt/dhcp/figures.ts";
import type { ImportedLeases } from "../../mgmt/dhcp/lease-importer.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";
import { columns, fields, paragraphs } from "../columns.ts";

const meanings: Readonly<Record<DhcpCounter, string>> = {
  given: "leases whose addresses are a subscriber's",
  renewed: "leases renewed without a word of whose they are",
  ended: "leases that a server ended",
  other: "messages of no lease: offers, questions, refusals",
  subscriberSide: "not believed: from the subscriber side",
  unlisted: "not believed: from a server that is not listed",
  malformed: "not believed: malformed",
  unnamed: "leases of nobody: what names a subscriber is not said, or cannot be a name",
  impossible: "leases of addresses that no subscriber can have",
  stale: "leases of which something later is known",
  held: "leases of addresses that a person gave another subscriber",
  full: "leases for which there was no room",
  unstored: "leases that could not be stored",
};

export function dhcpLines({ servers, name, stranger, counts, missed }: DhcpStatus): string[] {
  const rows = dhcpCounters.map((counter) => [counts[counter], meanings[counter]] as const);
  return paragraphs(
    fields({
      "Servers believed": servers.length === 0 ? "none: nothing is listened to" : servers.join(", "),
      "Subscribers are called by": name,
      "Last server not listed": stranger ? `${stranger.address}, ${dateAndTime(stranger.at)}` : "none",
    }),
    columns(["COUNT", "OF WHAT SERVERS SAID"], [...rows, [missed, "messages not looked at: too many at once"]]),
  );
}

/** Of what came of leases only what there was. */
export function importedLeaseLines({ errors, wrongLines, counts, over, lines, isImported }: ImportedLeases): string[] {
  const more = wrongLines - errors.length;
  const rows = dhcpCounters.map((counter) => [counts[counter], meanings[counter]] as const);
  const there = [...rows, [over, "leases that had ended by their time"] as const].filter(([count]) => count > 0);
  return [
    ...errors.map(({ line, message }) => `Line ${line}: ${message}`),
    ...(more > 0 ? [`${number(more)} more lines are wrong.`] : []),
    ...(wrongLines > 0 ? [] : [`${number(lines)} lines were ${isImported ? "imported" : "looked at"}.`]),
    ...(wrongLines > 0 || there.length === 0 ? [] : columns(["COUNT", "OF WHAT THEY SAID"], there)),
  ];
}

/** Why nothing was imported, if lines are wrong. */
export function leaseRefusal({ wrongLines, isImported }: ImportedLeases): string | undefined {
  if (isImported || wrongLines === 0) return undefined;
  return `Nothing was imported: ${wrongLines === 1 ? "a line is" : `${number(wrongLines)} lines are`} wrong.`;
}
