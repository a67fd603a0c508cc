// A configuration of ten thousand lines, nearly all of them prefixes in zones.
const zones = 20;
const prefixes = 9_900;

/** Another one for each `version`, in one line. */
export function configurationText(version: number): string {
  const ofZone = (zone: number) =>
    Array.from({ length: prefixes / zones }, (_, index) =>
      index % 4 === 0
        ? ` ip 2001:db8:${zone.toString(16)}:${index.toString(16)}::/64`
        : ` ip 192.${zone}.${index >> 4}.${(index & 15) << 4}/28`,
    );
  const zoneLines = Array.from({ length: zones }, (_, zone) => [`zone zone-${zone}`, ...ofZone(zone)]).flat();
  return `hostname bench-${version}
${zoneLines.join("\n")}
service smtp
 protocol tcp port 25
 initiator subscriber
 zone exclude zone-0
package 0 name "residential"
 mass-mailing service smtp
  detect sessions 10 period 3600 window fixed action report block
interface LineCard 0
 subscriber anonymous-group name "homes" IP-range 10.0.0.0:0xff000000 template 0
end
`;
}
