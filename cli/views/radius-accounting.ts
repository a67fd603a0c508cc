// RADIUS accounting as a feed of subscribers, as text.

import type { RadiusAccountingStatus, RadiusClientStatus } from "../../mgmt/radius/listener/radius-accounting.ts";
import { dateAndTime, number } from "../../mgmt/words.ts";
import { block, columns, fields, paragraphs } from "../columns.ts";

const heading = [
  ...["CLIENT", "STATE", "LAST HEARD", "NASES", "STARTS", "INTERIMS", "STOPS", "ON/OFF", "REPEATED", "ANSWERS"],
];

export function radiusAccountingLines({ port, alarms, clients, strangers }: RadiusAccountingStatus): string[] {
  return paragraphs(
    fields({
      "Listens at": port === null ? "nothing" : `every address port ${port}`,
      "Packets of others": `${number(strangers.packets)}${strangers.latest === null ? "" : `, the latest from ${strangers.latest}`}`,
    }),
    alarms,
    clients.length === 0 ? ["No client is configured."] : columns(heading, clients.map(cellsOf)),
    block("Dropped or passed over:", troubleLines(clients)),
  );
}

function cellsOf({ address, heardAt, isSilent, silence, nases, counts }: RadiusClientStatus) {
  const state = isSilent ? `silent, ${silence?.action}` : heardAt === null ? "not heard" : "heard";
  const { start, interim, stop, on, off, repeated, answers } = counts;
  const heard = heardAt === null ? "-" : dateAndTime(heardAt);
  return [address, state, heard, nases, start, interim, stop, on + off, repeated, answers];
}

function troubleLines(clients: readonly RadiusClientStatus[]): string[] {
  const rows = clients.flatMap(({ address, troubles }) =>
    Object.entries(troubles).map(([trouble, count]) => [address, trouble, count]),
  );
  return rows.length === 0 ? [] : columns(["CLIENT", "WHY", "PACKETS"], rows);
}
