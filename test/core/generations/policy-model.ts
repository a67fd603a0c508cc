// A naive model of what is judged: the rules in force read anew for each packet, lists in place of tables, and every window a list
// of times. Times are within minutes: no session and no subscriber is forgotten.
import ipaddr from "ipaddr.js";
import type { Packet } from "./reader.ts";
import type { Detector, Rules, Service } from "./rules.ts";
import { WindowModel } from "./window-model.ts";

/** An event as the model tells it. `what`: the way of counting; see `countingOf`. */
export interface Told {
  readonly kind: "breach-started" | "breach-ended";
  readonly subscriber: string;
  readonly what: string;
  readonly startedMs: number;
  readonly generation: number;
  readonly reason: "over" | "policy" | null;
}

/** Every watch is looked at once in this time (SWEEP_WATCHES_MS of dataplane/core/pipeline.c). */
const SWEEP_MS = 1000;

type Side = "subscriber" | "network";

interface Session {
  readonly opener: Side;
  readonly sequence: number;
  /** As it opened. */
  readonly refused: boolean;
  /** By its latest packet. */
  cut: boolean;
  /** Some detector wants its handshake complete. */
  awaited: boolean;
  answer: number | null;
}

/** What a window is kept for: another period, window, count or definition of the service is another one. */
export function countingOf(packageId: number, service: Service | undefined, detector: Detector): string {
  return JSON.stringify([packageId, service, detector.period, detector.window, detector.count]);
}

function covers(prefix: string, address: string): boolean {
  const [range, length] = ipaddr.parseCIDR(prefix);
  const one = ipaddr.parse(address);
  return one.kind() === range.kind() && one.match(range, length);
}

const prefixLength = (prefix: string) => Number(prefix.split("/")[1]);

/** IPv6: his /64. */
function subscriberOf(address: string): string {
  if (!address.includes(":")) return address;
  const bytes = ipaddr.parse(address).toByteArray();
  return ipaddr.fromByteArray([...bytes.slice(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]).toString();
}

export class PolicyModel {
  generation = 0;
  readonly told: Told[] = [];
  readonly opened = { passed: 0, refused: 0, cut: 0 };
  #rules: Rules | undefined;
  readonly #sessions = new Map<string, Session>();
  /** By subscriber, then by what is counted. */
  readonly #windows = new Map<string, Map<string, WindowModel>>();
  /** By subscriber: what the windows of his watch count. */
  readonly #places = new Map<string, (string | undefined)[]>();
  /** A packet from the network makes no subscriber. */
  readonly #seen = new Set<string>();

  apply(rules: Rules): void {
    this.generation++;
    this.#rules = rules;
  }

  /**
   * What ends by the clock or by the rules is told within a second: `told` is what was. Returns what is wrong with it: an end before
   * its time, one of another generation or reason, one that nobody began, or none where there must be one.
   */
  advance(nowMs: number, told: readonly Told[]): string[] {
    const wrong = told.filter(({ subscriber, what, startedMs, ...event }) => {
      const window = this.#windows.get(subscriber)?.get(what);
      const isOver = window?.told && window.startedMs === startedMs && this.#endReason(subscriber, what, window, nowMs);
      if (window) window.told = false;
      return !isOver || event.reason !== isOver || event.generation !== this.generation;
    });
    const windows = [...this.#windows].flatMap(([subscriber, each]) =>
      [...each].map((entry) => [subscriber, ...entry] as const),
    );
    const late = windows.filter(([subscriber, what, window]) => {
      const isOver = window.told && this.#endReason(subscriber, what, window, nowMs) !== null;
      window.overSinceMs = isOver ? Math.min(window.overSinceMs, nowMs) : Number.POSITIVE_INFINITY;
      return nowMs - window.overSinceMs > SWEEP_MS;
    });
    return [
      ...wrong.map((each) => JSON.stringify(each)),
      ...late.map(([subscriber, what]) => `no end of ${subscriber} ${what}`),
    ];
  }

  /** Why a breach that was told is over by the rules in force; null: it is not. */
  #endReason(subscriber: string, what: string, window: WindowModel, nowMs: number): "over" | "policy" | null {
    if (!window.lasts(nowMs)) return "over";
    const detector = this.#package(subscriber).find((counting) => counting.what === what)?.detector;
    return detector && window.breached(detector, nowMs) ? null : "policy";
  }

  /** `from`: the side that it came in on. */
  judge(packet: Packet, from: Side, nowMs: number): "forward" | "refuse" {
    const subscriberEnd = from === "subscriber" ? packet.source : packet.target;
    if (from === "subscriber" && this.#group(subscriberEnd)) this.#seen.add(subscriberOf(subscriberEnd));
    const key = keyOf(packet, from);
    const session = this.#sessions.get(key);
    const opens = packet.protocol === "udp" ? session === undefined : packet.syn && !packet.ack;
    if (!opens || session?.sequence === packet.sequence) return this.#follow(session, packet, from, nowMs);
    return this.#open(key, packet, from, nowMs);
  }

  #open(key: string, packet: Packet, from: Side, nowMs: number): "forward" | "refuse" {
    const { subscriber, blocked, detectors } = this.#terms(packet, from, from);
    const counts = this.#seen.has(subscriber);
    const refused = blocked || (counts && this.#inBreach(subscriber, blocking(detectors), nowMs));
    const session: Session = {
      ...{ opener: from, sequence: packet.sequence, refused, cut: false, answer: null },
      awaited: packet.protocol === "tcp" && detectors.some(({ detector }) => detector.count === "established"),
    };
    this.#sessions.set(key, session);
    this.opened[refused ? "refused" : "passed"]++;
    if (!refused && counts) this.#count(subscriber, detectors, "attempts", nowMs);
    return refused ? "refuse" : "forward";
  }

  #follow(session: Session | undefined, packet: Packet, from: Side, nowMs: number): "forward" | "refuse" {
    if (session === undefined) throw new Error("the model knows no session that it did not see begin");
    const { subscriber, detectors } = this.#terms(packet, from, session.opener);
    session.awaited &&= detectors.some(({ detector }) => detector.count === "established");
    if (session.refused) return "refuse";
    const cut = this.#cuts(subscriber, detectors, nowMs);
    if (cut && !session.cut) this.opened.cut++;
    session.cut = cut;
    if (cut) return "refuse";
    if (session.awaited && this.#completes(session, packet, from)) {
      session.awaited = false;
      this.#count(subscriber, detectors, "established", nowMs);
    }
    return "forward";
  }

  #completes(session: Session, packet: Packet, from: Side): boolean {
    if (!packet.ack || packet.rst) return false;
    if (from === session.opener) return session.answer !== null && packet.acknowledgement === session.answer + 1;
    if (packet.syn && packet.acknowledgement === session.sequence + 1) session.answer = packet.sequence;
    return false;
  }

  /** What the rules in force say of a session. */
  #terms({ source, sourcePort, target, targetPort, protocol }: Packet, from: Side, opener: Side) {
    const rules = this.#rules as Rules;
    const [home, far] = from === "subscriber" ? [source, target] : [target, source];
    const port = from === opener ? targetPort : sourcePort;
    const isOffice = rules.offices.some((prefix) => covers(prefix, home));
    const ours = (whose: string | null, { name }: Service) => isOffice && (whose === "all" || whose === name);
    const services = rules.services.filter((service) => matches(service, { protocol, port, opener, far }, rules));
    const blocked = services.filter((service) => ours(rules.blocked, service));
    const counted = services.filter((service) => !blocked.includes(service) && !ours(rules.exempt, service));
    const all = this.#package(home);
    const inPackage = new Set(all.map(({ what }) => what));
    const detectors = all
      .filter(({ detector }) => [...counted, ...blocked].some(({ name }) => name === detector.service))
      .map((counting): Counting => ({ ...counting, inPackage }));
    return { subscriber: subscriberOf(home), blocked: blocked.length > 0, detectors };
  }

  /** The detectors of the package that the address has. */
  #package(address: string): Omit<Counting, "inPackage">[] {
    const group = this.#group(address);
    if (!group) return [];
    const { packages, business } = this.#rules as Rules;
    const packageId = group.template === 4 ? business : 0;
    return (packages.find(({ id }) => id === packageId)?.detectors ?? []).map((detector, place) => ({
      ...{ what: countingOf(packageId, this.#service(detector), detector), detector, place },
    }));
  }

  #service({ service }: Detector): Service | undefined {
    return this.#rules?.services.find(({ name }) => name === service);
  }

  #group(address: string) {
    return this.#rules?.groups
      .filter(({ prefix }) => covers(prefix, address))
      .sort((a, b) => prefixLength(b.prefix) - prefixLength(a.prefix))[0];
  }

  #windowsOf(subscriber: string): Map<string, WindowModel> {
    const windows = this.#windows.get(subscriber) ?? new Map<string, WindowModel>();
    this.#windows.set(subscriber, windows);
    return windows;
  }

  #inBreach(subscriber: string, detectors: readonly Counting[], nowMs: number): boolean {
    const windows = this.#windowsOf(subscriber);
    const found = detectors.map((counting) => {
      const window = windows.get(counting.what);
      if (window) this.#settle(subscriber, counting, window, nowMs);
      return window?.told ?? false;
    });
    return found.includes(true);
  }

  /** Nobody cuts who is in no breach at all. */
  #cuts(subscriber: string, detectors: readonly Counting[], nowMs: number): boolean {
    const cutting = detectors.filter(({ detector }) => detector.actions.includes("cut"));
    const told = this.#windowsOf(subscriber)
      .values()
      .some((window) => window.told);
    return told && this.#inBreach(subscriber, cutting, nowMs);
  }

  #count(subscriber: string, detectors: readonly Counting[], count: Detector["count"], nowMs: number): void {
    const windows = this.#windowsOf(subscriber);
    for (const counting of detectors.filter(({ detector }) => detector.count === count)) {
      const window = windows.get(counting.what) ?? this.#newWindow(subscriber, counting, nowMs);
      this.#settle(subscriber, counting, window, nowMs);
      window.count(nowMs);
      this.#settle(subscriber, counting, window, nowMs);
    }
  }

  /** In its detector's place, or else in the first that is unused or of a detector which is in the package no more. */
  #newWindow(subscriber: string, { what, detector, place, inPackage }: Counting, nowMs: number): WindowModel {
    const windows = this.#windowsOf(subscriber);
    const places = this.#places.get(subscriber) ?? [];
    this.#places.set(subscriber, places);
    let at = place;
    if (places[at] !== undefined) for (at = 0; inPackage.has(places[at] ?? ""); at++);
    const gone = places[at] ?? "";
    const before = windows.get(gone);
    if (before?.told) this.#end(subscriber, gone, before, before.lasts(nowMs) ? "policy" : "over");
    windows.delete(gone);
    places[at] = what;
    const window = new WindowModel(detector);
    windows.set(what, window);
    return window;
  }

  /** A breach is told when the rules in force find one, and over when they find none. */
  #settle(subscriber: string, { what, detector }: Counting, window: WindowModel, nowMs: number): void {
    if (window.told && !window.breached(detector, nowMs))
      this.#end(subscriber, what, window, window.lasts(nowMs) ? "policy" : "over");
    if (window.told || !window.breached(detector, nowMs)) return;
    window.declare(detector, nowMs);
    this.#tell("breach-started", subscriber, what, window.startedMs, null);
  }

  #end(subscriber: string, what: string, window: WindowModel, reason: "over" | "policy"): void {
    window.told = false;
    this.#tell("breach-ended", subscriber, what, window.startedMs, reason);
  }

  #tell(kind: Told["kind"], subscriber: string, what: string, startedMs: number, reason: Told["reason"]): void {
    this.told.push({ kind, subscriber, what, startedMs, generation: this.generation, reason });
  }
}

interface Counting {
  readonly what: string;
  readonly detector: Detector;
  /** In its package. */
  readonly place: number;
  /** What all detectors of the package count. */
  readonly inPackage: ReadonlySet<string>;
}

const blocking = (detectors: readonly Counting[]) =>
  detectors.filter(({ detector }) => detector.actions.includes("block"));

interface Sought {
  readonly protocol: Packet["protocol"];
  readonly port: number;
  readonly opener: Side;
  readonly far: string;
}

function matches(service: Service, { protocol, port, opener, far }: Sought, { homeServers }: Rules): boolean {
  const isHome = homeServers.some((prefix) => covers(prefix, far));
  return (
    service.protocol === protocol &&
    service.ports.includes(port) &&
    (service.initiator === "either" || service.initiator === opener) &&
    (service.zone === null || (service.zone === "include") === isHome)
  );
}

function keyOf({ protocol, source, sourcePort, target, targetPort }: Packet, from: Side): string {
  const ends = [`${source} ${sourcePort}`, `${target} ${targetPort}`];
  return [protocol, ...(from === "subscriber" ? ends : ends.reverse())].join(" ");
}
