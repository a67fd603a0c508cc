// Packages: the policy of a group of subscribers, with the detectors that watch them.

import { z } from "zod";
import type { Configuration } from "../configuration.ts";
import { findOrAdd, put, remove } from "../lists.ts";
import { excess, type Path, type PlacedList, type Problem, problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import { string, word } from "../values.ts";

/** The fast path's policy holds 256 packages. (The SCE's were 0 to 4999.) */
export const PACKAGE_ID_MAX = 255;

/** A watch in the fast path holds the windows of four detectors. */
export const PACKAGE_DETECTORS_MAX = 4;

export const THRESHOLD_MAX = 1_000_000;

/** A day. */
export const PERIOD_SECONDS_MAX = 86_400;

export const packageId = z.int().min(0).max(PACKAGE_ID_MAX);

/** Declares a breach by the `threshold`-th signal within the period. Known by its signal and period, once in a service. */
export const detectorSchema = z.strictObject({
  signal: z.enum(["sessions"]),
  threshold: z.int().min(1).max(THRESHOLD_MAX),
  periodSeconds: z.int().min(1).max(PERIOD_SECONDS_MAX),
  window: z.enum(["fixed"]),
  actions: z
    .array(z.enum(["report", "block"]))
    .min(1)
    .readonly(),
});

/** What is counted of one service's sessions. */
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
  suggest: { service: ({ services }) => services.map(({ name }) => name) },
  enters: "mass-mailing",
  run: ({ massMailing }, { service }) => findOrAdd(massMailing, { service, detectors: [] }, serviceOf),
  slot: "mass-mailing service <service:WORD>",
  no: ({ massMailing }, { service }) => remove(massMailing, service, serviceOf),
});

const detect = line({
  mode: "mass-mailing",
  syntax: `detect <signal:sessions> <threshold:1-${THRESHOLD_MAX}> period <periodSeconds:1-${PERIOD_SECONDS_MAX}> window <window:fixed> action <actions:report|block...>`,
  help: {
    detect: "Declare a breach when a subscriber shows too much of a signal",
    sessions: "Sessions opened",
    "<threshold>": "The signal that declares the breach",
    period: "The time to count in",
    "<periodSeconds>": "Seconds",
    window: "How periods follow each other",
    fixed: "The first signal after a period's end begins the next",
    action: "What to do at the breach",
    report: "Record it and tell the operator",
    block: "Refuse the service's sessions until the breach ends",
  },
  run: ({ detectors }, detector) => put(detectors, detector, detectorKey),
  slot: `detect <signal:sessions> period <periodSeconds:1-${PERIOD_SECONDS_MAX}>`,
  no: ({ detectors }, which) => remove(detectors, detectorKey(which), detectorKey),
});

export const packages: Section = {
  lines: [packageLine, massMailing, detect].flatMap(({ forms }) => forms),

  render: ({ packages }) =>
    packages.map((each) =>
      packageLine.print(
        each,
        each.massMailing.map((watched) =>
          massMailing.print(
            watched,
            watched.detectors.map((detector) => detect.print(detector)),
          ),
        ),
      ),
    ),

  *check({ packages, services }) {
    yield* repeats(["packages"], packages, "Package", idOf);
    const known = new Map(services.map((each) => [each.name, each]));
    for (const [index, { massMailing }] of packages.entries()) {
      yield* checkMassMailing(["packages", index, "massMailing"], massMailing, known);
    }
  },

  *incomplete({ packages }) {
    for (const { id, massMailing } of packages) {
      for (const { service, detectors } of massMailing) {
        if (detectors.length > 0) continue;
        const lacks = 'It counts nothing: give it a "detect" line.';
        yield { object: `package ${id}, mass-mailing service ${service}`, lacks };
      }
    }
  },
};

function* checkMassMailing(
  path: Path,
  massMailing: Configuration["packages"][number]["massMailing"],
  services: ReadonlyMap<string, Configuration["services"][number]>,
): Iterable<Problem> {
  yield* repeats(path, massMailing, "Service", serviceOf);
  for (const [index, { service, detectors }] of massMailing.entries()) {
    const known = services.get(service);
    if (!known) yield problem([...path, index, "service"], "unknown-service", service);
    else if (!known.transport) yield problem([...path, index, "service"], "incomplete-service", service);
    yield* repeats([...path, index, "detectors"], detectors, "Detector of", detectorKey);
  }
  const detectors = massMailing.map((each, index): PlacedList => [[...path, index, "detectors"], each.detectors]);
  yield* excess(detectors, PACKAGE_DETECTORS_MAX, "detectors in a package");
}

function idOf({ id }: Pick<Package, "id">): number {
  return id;
}

function serviceOf({ service }: Pick<MassMailing, "service">): string {
  return service;
}

function detectorKey({ signal, periodSeconds }: Pick<Detector, "signal" | "periodSeconds">): string {
  return `${signal} with period ${periodSeconds}`;
}
