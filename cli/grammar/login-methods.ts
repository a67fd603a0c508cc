// The order in which it is asked who somebody is, as IOS has it: `group tacacs+ local`.

import type { Reading } from "./argument-types.ts";

export const loginMethods = ["local", "radius", "tacacs+"] as const;

type LoginMethod = (typeof loginMethods)[number];

/** As they are typed; each word may be abbreviated. */
export const methodForms = loginMethods.map(formOf);

export function readMethods(rest: string): Reading<readonly LoginMethod[]> {
  const methods: LoginMethod[] = [];
  for (const [, group, word = ""] of rest.toLowerCase().matchAll(/(?:\b(g|gr|gro|grou|group)[ \t]+)?(\S+)/g)) {
    const method = loginMethods.find((each) => (each === "local") === !group && each.startsWith(word));
    if (!method) return undefined;
    if (methods.includes(method)) return { refusal: `${formOf(method)} is given twice: leave one of them out.` };
    methods.push(method);
  }
  return { value: methods };
}

export function printMethods(methods: readonly LoginMethod[]): string {
  return methods.map(formOf).join(" ");
}

function formOf(method: LoginMethod): string {
  return method === "local" ? method : `group ${method}`;
}
