// A line of the log as a syslog message (RFC 5424).

import { type LogLine, severityNumber, taggedText } from "./line.ts";

/** Passes any path whole (RFC 5426 3.2): IPv6's least MTU without its header and UDP's. */
const BYTES_MAX = 1280 - 40 - 8;

/** RFC 5424 6.2.1. */
const LOCAL7 = 23;

/** Of a text of several lines the first is sent. */
export function syslogMessage(line: LogLine, hostname: string, pid: number): Buffer {
  const priority = LOCAL7 * 8 + severityNumber(line.severity);
  const [first = ""] = taggedText(line).split("\n");
  const header = `<${priority}>1 ${timestamp(line.at)} ${hostname} postern ${pid} ${line.mnemonic} -`;
  return Buffer.from(`${header} ${first}`).subarray(0, BYTES_MAX);
}

/** `2026-11-22T12:00:03.250+02:00`: in this machine's time zone, as the times within texts are. */
function timestamp(unixMs: number): string {
  const east = -new Date(unixMs).getTimezoneOffset();
  const local = new Date(unixMs + east * 60_000).toISOString().slice(0, -1);
  const [hours, minutes] = [Math.floor(Math.abs(east) / 60), Math.abs(east) % 60];
  return `${local}${east < 0 ? "-" : "+"}${twoDigits(hours)}:${twoDigits(minutes)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
