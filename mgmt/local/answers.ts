// What programs on this machine are answered.

import type { Socket } from "node:net";
import type { Identity } from "../access/identity.ts";
import type { Appliance } from "../appliance.ts";
import type { Captures } from "../capture/captures.ts";
import type { LoadResult } from "../config/load.ts";
import type { Facts } from "../config/service.ts";
import type { Actor } from "../operations/operation.ts";
import { Sentence } from "../sentence.ts";
import { type Answers, type Question, questionLevels, type Request } from "./protocol.ts";
import type { Answerer } from "./server.ts";

export interface AnswersParts {
  readonly appliance: Appliance;
  readonly captures: Captures;
  identify(socket: Socket, facts: Facts): Promise<Identity>;
  load(actor: Actor): Promise<LoadResult>;
}

/** Each is told what his level allows. */
export function answersOf(parts: AnswersParts): Answerer {
  const { appliance, captures, identify } = parts;
  return async function* (request, { socket, gone }) {
    const identity = await identify(socket, appliance.facts());
    const level = questionLevels[request.ask];
    if (identity.level < level) throw new Sentence(`Level ${level} is needed; ${identity.user} has ${identity.level}.`);
    if (request.ask === "capture") for await (const answer of captures.capture(request, gone)) yield { answer };
    else yield { answer: await answerOnce(parts, request, { ...identity, from: "local", session: 0 }) };
  };
}

type Once = Exclude<Request, { ask: "capture" }>;

async function answerOnce({ appliance, load }: AnswersParts, request: Once, actor: Actor): Promise<Answers[Question]> {
  switch (request.ask) {
    case "status":
      return appliance.status();
    case "breaches":
      return appliance.breaches(request.count);
    case "load":
      return load(actor);
  }
}
