// What oxidized's model of IOS makes of what a device says (ytti/oxidized, lib/oxidized/model/ios.rb, 2026): the patterns that
// can match something of ours.

/** It waits until a line of what came looks so. */
export const PROMPT = /^([\w.@()-]+[#>]\s?)$/m;

const REFUSAL = /^% Invalid input detected at '\^' marker\.$|^\s+\^$/gm;

/** What stays of an answer: neither its echo nor the prompt behind it. */
export function answerOf(output: string): string {
  return cutHead(output.replaceAll("\r\n", "\n").replace(REFUSAL, ""), 1).replace(/[^\n]*$/, "");
}

/** Of `show running-config`. */
export function configurationOf(answer: string): string {
  const kept = linesOf(cutHead(answer, 3)).filter(
    (line) =>
      !/^ntp clock-period |^Current configuration : \S+|^! (Last|No) configuration change (at|since)(?!.*\d+ by \S+$)/.test(
        line,
      ),
  );
  return kept.join("");
}

/** Of `show inventory`, and of anything else that is kept beside the configuration. */
export function commentOf(answer: string): string {
  return linesOf(answer)
    .map((line) => `! ${line}`)
    .join("");
}

/** Of `show version`. */
export function versionOf(answer: string): string {
  const [first = "", ...more] = linesOf(answer);
  const comments = more.flatMap((line, above) => {
    const [, chassis, memory] = /(\S+(?:\sseries)?)\s+\(revision[^)]+\).*\s+with (\S+k) bytes/i.exec(line) ?? [];
    if (chassis === undefined) return [];
    const [, board] = /processor board id (\S+)/i.exec(more[above + 1] ?? "") ?? [];
    return [
      `Chassis type: ${chassis}`,
      `Memory: main ${memory}`,
      ...(board === undefined ? [] : [`Processor ID: ${board}`]),
    ];
  });
  return commentOf([first, ...comments.map((comment) => `${comment}\n`)].join(""));
}

/** With `remove_secret`. */
export function withoutSecrets(configuration: string): string {
  return secrets.reduce((text, secret) => text.replace(secret, "$1 <secret hidden>"), configuration);
}

const secrets = [
  /^(username .+ (?:password|secret) \d) .+/gm,
  /^(enable (?:password|secret)(?: level \d+)? \d) .+/gm,
  /^( +(?:password|secret)) (?:\d )?\S+/gm,
  /^(.*key 7) (\d.+)/gm,
  /^(tacacs-server (?:.+ )?key) .+/gm,
  /^((?:tacacs|radius) server [^\n]+\n(?: +[^\n]+\n)* +key) [^\n]+$/gm,
];

function cutHead(text: string, lines: number): string {
  return linesOf(text).slice(lines).join("");
}

/** Each with its end. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
