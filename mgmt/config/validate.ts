// Checks a configuration whole: its shape, then what its parts say about each other.

import { type Configuration, configurationSchema } from "./configuration.ts";
import { type Problem, problem } from "./problems.ts";
import { sections } from "./table.ts";

/** Everything that is wrong with it; nothing: the fast path can obey it. */
export function validateConfiguration(configuration: Configuration, before?: Configuration): Problem[] {
  const shape = configurationSchema.safeParse(configuration);
  if (shape.success) return checkConfiguration(configuration, before);
  return shape.error.issues.map(({ path, message }) => {
    const keys = path.filter((key) => typeof key !== "symbol");
    return problem(keys, "invalid-value", keys.join("."), message);
  });
}

/** What its parts say about each other, for one whose values were read from lines. */
export function checkConfiguration(configuration: Configuration, before?: Configuration): Problem[] {
  return sections.flatMap((section) => [...section.check(configuration, before)]);
}
