import test from "ava";
import { parseConfiguration } from "../../mgmt/config/parse.ts";

function errorsOf(lines: string[]): string[] {
  const parsed = parseConfiguration(lines.join("\n"));
  return "errors" in parsed ? parsed.errors.map(({ line, message }) => `${line}: ${message}`) : [];
}

function times(count: number, line: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => line(index));
}

const service = ["service smtp", "protocol tcp port 25", "exit"];
const detect = (index: number) => `detect sessions 10 period ${index + 1} window fixed action report`;
const group = (index: number) =>
  `subscriber anonymous-group name "G${index}" IP-range 10.${index >> 8}.${index & 255}.0/24 template 1`;
const subscribers = ["package 1", "interface LineCard 0", "subscriber template 1 package 1"];

test("64 zones and 64 services are accepted, one more is refused at its line", (t) => {
  t.deepEqual(errorsOf(times(64, (index) => `zone z${index}`)), []);
  t.deepEqual(errorsOf(times(65, (index) => `zone z${index}`)), ["65: At most 64 zones are possible: leave some out."]);
  t.deepEqual(errorsOf(times(64, (index) => `service s${index}`)), []);
  t.deepEqual(errorsOf(times(65, (index) => `service s${index}`)), [
    "65: At most 64 services are possible: leave some out.",
  ]);
});

test("1,000 anonymous groups are accepted, one more is refused at its line", (t) => {
  t.deepEqual(errorsOf([...subscribers, ...times(1000, group)]), []);
  t.deepEqual(errorsOf([...subscribers, ...times(1001, group)]), [
    "1004: At most 1000 anonymous groups are possible: leave some out.",
  ]);
});

test("64 detectors in a package are accepted, however its services share them; one more is refused at its line", (t) => {
  const first = [
    ...service,
    "service other",
    "protocol tcp port 465",
    "exit",
    "package 1",
    "mass-mailing service other",
  ];
  t.deepEqual(errorsOf([...first, ...times(32, detect), "mass-mailing service smtp", ...times(32, detect)]), []);
  t.deepEqual(errorsOf([...first, ...times(32, detect), "mass-mailing service smtp", ...times(33, detect)]), [
    "74: At most 64 detectors in a package are possible: leave some out.",
  ]);
});

test("16 port ranges in a service are accepted, one more is refused at the list", (t) => {
  const ports = (count: number) => times(count, (index) => `${10 * index + 1}`).join(",");
  t.deepEqual(errorsOf(["service smtp", `protocol tcp port ${ports(16)}`]), []);
  t.deepEqual(errorsOf(["service smtp", `protocol tcp port ${ports(17)}`]), [
    "2: At most 16 port ranges in a service are possible: leave some out.",
  ]);
});
