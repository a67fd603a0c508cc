// Writes down who did what: in the log, and in the store.

import type { Log } from "../log/log.ts";
import { Sentence } from "../sentence.ts";
import type { Store } from "../store/store.ts";
import type { AuditEntry } from "./operation.ts";

export interface AuditorParts {
  readonly store: Pick<Store, "call">;
  readonly log: Pick<Log, "say">;
}

/** Characters of what was asked; the rest of it is left out. */
const TEXT_MAX = 1000;

export class Auditor {
  readonly #parts: AuditorParts;
  #trouble: string | undefined;

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  /** An entry that the store does not take stays in the log: what it tells of was done. */
  async write(entry: AuditEntry): Promise<void> {
    const kept = shortened(entry);
    this.#parts.log.say(kept.outcome === "done" ? "AUDIT" : "AUDIT_DENIED", auditText(kept), kept.at);
    await this.keep(kept);
  }

  /** Without the log: of what happens often and changes nothing, as that a session begins. */
  async keep(entry: AuditEntry): Promise<void> {
    try {
      await this.#parts.store.call("saveAudit", shortened(entry));
      this.#tell(undefined);
    } catch (error) {
      if (!(error instanceof Sentence)) throw error;
      this.#tell(error.message);
    }
  }

  #tell(trouble: string | undefined): void {
    const { log } = this.#parts;
    if (trouble === this.#trouble) return;
    if (trouble === undefined) log.say("STORE_END", "The audit is saved again.");
    else log.say("STORE", `${trouble} Until then only the log has what people do.`);
    this.#trouble = trouble;
  }
}

/** `alice from console, level 10: configuration.line: hostname "edge-1"; done, revision 12`. */
function auditText({ user, from, level, operation, text, outcome, reason, revision }: AuditEntry): string {
  const what = text === "" ? operation : `${operation}: ${text}`;
  const how = outcome === "done" ? "done" : `${outcome}: ${reason}`;
  return `${user} from ${from}, level ${level}: ${what}; ${how}${revision === null ? "" : `, revision ${revision}`}`;
}

function shortened(entry: AuditEntry): AuditEntry {
  return { ...entry, text: oneLine(entry.text), reason: oneLine(entry.reason) };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").slice(0, TEXT_MAX);
}
