// Packages: the policy of a group of subscribers, with the detectors that watch them.

import { z } from "zod";
import type { Configuration } from "../configuration.ts";
import { knownServices, serviceNames } from "../known-services.ts";
import { findOrAdd, put, remove } from "../lists.ts";
import { excess, type Path, type PlacedList, type Problem, problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import { string, word } from "../values.ts";

/** The fast path's policy holds 256 packages. (The SCE's were 0 to 4999.) */
export const PACKAGE_ID_MAX = 255;

/** What the fast path's policy holds; the one that runs may hold fewer (its option --detectors), and refuses more. */
export const PACKAGE_DETECTORS_MAX = 64;

export const THRESHOLD_MAX = 1_000_000;

/** A day. */
export const PERIOD_SECONDS_MAX = 86_400;

/** A day. */
const HOLD_SECONDS_MAX = 86_400;

export const packageId = z.int().min(0).max(PACKAGE_ID_MAX);

/**
 * Declares a breach by the `threshold`-th signal within the period. Known by its signal, period, window and count, once in a
 * service.
 */
export const detectorSchema = z.strictObject({
  signal: z.enum(["sessions"]),
  threshold: z.int().min(1).max(THRESHOLD_MAX),
  periodSeconds: z.int().min(1).max(PERIOD_SECONDS_MAX),
  window: z.enum(["fixed", "sliding"]),
  /** Added to the breach. */
  holdSeconds: z.int().min(0).max(HOLD_SECONDS_MAX),
  /** Which sessions: each that is opened, or those whose opening was completed. */
  count: z.enum(["attempts", "established"]),
  actions: z
    .array(z.enum(["report", "block", "reset", "reset-both", "cut"]))
    .min(1)
    .readonly(),
});

/** What is counted of one service's sessions. Without detectors they are measured. */
export const massMailingSchema = z.strictObject({ service: word, detectors: z.array(detectorSchema) });

export const packageSchema = z.strictObject({
  id: packageId,
  name: string.optional(),
  massMailing: z.array(massMailingSchema),
});

export type Detector = z.infer<typeof detectorSchema>;
export type MassMailing = z.infer<typeof massMailingSchema>;
export type Package = z.infer<typeof packageSchema>;

const packageLine = line({
  mode: "global",
  syntax: `package <id:0-${PACKAGE_ID_MAX}> [name <name:STRING>]`,
  help: {
    package: "The policy of a group of subscribers",
    "<id>": "Its number",
    name: "Name it",
    "<name>": "Its name",
  },
  suggest: { id: ({ packages }) => packages.map(({ id }) => id) },
  enters: "package",
  run: ({ packages }, { id, name }) => {
    const entered = findOrAdd(packages, { id, massMailing: [] }, idOf);
    if (name !== undefined) entered.name = name;
    return entered;
  },
  slot: `package <id:0-${PACKAGE_ID_MAX}>`,
  no: ({ packages }, { id }) => remove(packages, id, idOf),
});

const massMailing = line({
  mode: "package",
  syntax: "mass-mailing service <service:WORD>",
  help: {
    "mass-mailing": "Protection against mass mailing",
    service: "The sessions to count",
    "<service>": "The service's name",
  },
  suggest: { service: serviceNames },
  enters: "mass-mailing",
  run: ({ massMailing }, { service }) => findOrAdd(massMailing, { service, detectors: [] }, serviceOf),
  slot: "mass-mailing service <service:WORD>",
  no: ({ massMailing }, { service }) => remove(massMailing, service, serviceOf),
});

const defaults = { window: "fixed", holdSeconds: 0, count: "attempts", actions: ["report"] } as const;

const detect = line({
  mode: "mass-mailing",
  syntax: `detect <signal:sessions> <threshold:1-${THRESHOLD_MAX}> period <periodSeconds:1-${PERIOD_SECONDS_MAX}> [window <window:fixed|sliding>] [hold <holdSeconds:0-${HOLD_SECONDS_MAX}>] [count <count:attempts|established>] [action <actions:report|block|reset|reset-both|cut...>]`,
  help: {
    detect: "Declare a breach when a subscriber shows too much of a signal",
    sessions: "Sessions opened",
    "<threshold>": "The signal that declares the breach",
    period: "The time to count in",
    "<periodSeconds>": "Seconds",
    window: "How periods follow each other",
    fixed: "The first signal after a period's end begins the next (the default)",
    sliding: "The period is the time before each signal",
    hold: "How much longer a breach lasts",
    "<holdSeconds>": "Seconds (default 0)",
    count: "Which sessions are counted",
    attempts: "Every one that is opened (the default)",
    established: "Those whose opening both ends completed",
    action: "What to do at the breach",
    report: "Record it and tell the operator (the default)",
    block: "Refuse the service's sessions until the breach ends",
    reset: "With block: answer a refused subscriber with a TCP reset",
    "reset-both": "With block: answer both ends with a TCP reset",
    cut: "With block: refuse what the service's open sessions send, too",
  },
  defaults,
  run: ({ detectors }, detector) => put(detectors, detector, detectorKey),
  slot: `detect <signal:sessions> period <periodSeconds:1-${PERIOD_SECONDS_MAX}> [window <window:fixed|sliding>] [count <count:attempts|established>]`,
  no: ({ detectors }, which) => remove(detectors, detectorKey(which), detectorKey),
});

export const packages: Section = {
  lines: [packageLine, massMailing, detect].flatMap(({ forms }) => forms),

  render: ({ packages }, all) =>
    packages.map((each) =>
      packageLine.print(
        each,
        each.massMailing.map((watched) =>
          massMailing.print(
            watched,
            watched.detectors.map((detector) => detect.print(all ? detector : withoutUsual(detector))),
          ),
        ),
      ),
    ),

  *check(configuration) {
    const { packages } = configuration;
    const udp = new Set(
      knownServices(configuration)
        .filter(({ transport }) => transport.protocol === "udp")
        .map(nameOf),
    );
    yield* repeats(["packages"], packages, "Package", idOf);
    for (const [index, { massMailing }] of packages.entries()) {
      yield* checkMassMailing(["packages", index, "massMailing"], massMailing, udp);
    }
  },
};

/** `udp`: names of services without handshakes. */
function* checkMassMailing(
  path: Path,
  massMailing: Configuration["packages"][number]["massMailing"],
  udp: ReadonlySet<string>,
): Iterable<Problem> {
  yield* repeats(path, massMailing, "Service", serviceOf);
  for (const [index, { service, detectors }] of massMailing.entries()) {
    yield* repeats([...path, index, "detectors"], detectors, "Detector of", detectorKey);
    for (const [place, { actions, count }] of detectors.entries()) {
      const at = [...path, index, "detectors", place];
      yield* checkActions([...at, "actions"], actions);
      if (count === "established" && udp.has(service)) yield problem([...at, "count"], "no-handshake", service);
    }
  }
  const detectors = massMailing.map((each, index): PlacedList => [[...path, index, "detectors"], each.detectors]);
  yield* excess(detectors, PACKAGE_DETECTORS_MAX, "detectors in a package");
}

function* checkActions(path: Path, actions: Detector["actions"]): Iterable<Problem> {
  const harder = (["reset", "reset-both", "cut"] as const).find((action) => actions.includes(action));
  if (harder && !actions.includes("block")) yield problem(path, "needs-block", harder);
  if (actions.includes("reset") && actions.includes("reset-both")) yield problem(path, "resets-twice");
}

/** Window and action are always printed: they say what a detector is for. */
function withoutUsual({ holdSeconds, count, ...detector }: Detector) {
  return {
    ...detector,
    ...(holdSeconds === defaults.holdSeconds ? {} : { holdSeconds }),
    ...(count === defaults.count ? {} : { count }),
  };
}

function idOf({ id }: Pick<Package, "id">): number {
  return id;
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function serviceOf({ service }: Pick<MassMailing, "service">): string {
  return service;
}

function detectorKey({
  signal,
  periodSeconds,
  window,
  count,
}: Pick<Detector, "signal" | "periodSeconds" | "window" | "count">): string {
  return `${signal} with period ${periodSeconds}, window ${window} and count ${count}`;
}
