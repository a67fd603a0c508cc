// What this program is.

import manifest from "../../package.json" with { type: "json" };

export const product = {
  name: "Postern",
  description: manifest.description,
  version: manifest.version,
} as const;
