// Templates: the package that an anonymous subscriber is born with, by number.

import { z } from "zod";
import type { Configuration } from "../configuration.ts";
import { put, remove } from "../lists.ts";
import { problem, repeats } from "../problems.ts";
import { line, type Section } from "../section.ts";
import { PACKAGE_ID_MAX, packageId } from "./packages.ts";
import { SUBSCRIBER } from "./subscribers.ts";

/** As on the SCE, templates are 0 to 199 and 0 cannot be changed: it is package 0. */
export const TEMPLATE_MAX = 199;

export const templateSchema = z.strictObject({ id: z.int().min(1).max(TEMPLATE_MAX), package: packageId });

export type Template = z.infer<typeof templateSchema>;

const template = line({
  mode: "linecard",
  syntax: `subscriber template <id:1-${TEMPLATE_MAX}> package <package:0-${PACKAGE_ID_MAX}>`,
  help: {
    subscriber: SUBSCRIBER,
    template: "What anonymous subscribers are born with",
    "<id>": "The template's number; template 0 is always package 0",
    package: "Their package",
    "<package>": "Its number",
  },
  suggest: {
    id: ({ templates }) => templates.map(({ id }) => id),
    package: ({ packages }) => packages.map(({ id }) => id),
  },
  run: ({ templates }, template) => put(templates, template, idOf),
  slot: `subscriber template <id:1-${TEMPLATE_MAX}>`,
  no: ({ templates }, { id }) => remove(templates, id, idOf),
});

export const templates: Section = {
  lines: template.forms,

  render: ({ templates }) => templates.map((each) => template.print(each)),

  *check({ templates, packages }) {
    yield* repeats(["templates"], templates, "Template", idOf);
    const known = new Set(packages.map(({ id }) => id));
    for (const [index, { package: id }] of templates.entries()) {
      if (!known.has(id)) yield problem(["templates", index, "package"], "unknown-package", id);
    }
  },
};

/** The templates that lead to a package; template 0 is package 0. */
export function usableTemplates({ templates, packages }: Pick<Configuration, "templates" | "packages">): Set<number> {
  const hasPackage0 = packages.some(({ id }) => id === 0);
  return new Set([...(hasPackage0 ? [0] : []), ...templates.map(idOf)]);
}

function idOf({ id }: Pick<Template, "id">): number {
  return id;
}
