// Whether those who are blocked are refused: what every list of them is read with.

import type { Appliance } from "../../mgmt/appliance.ts";
import { refuses } from "../../mgmt/status/status.ts";

export function isRefusing(appliance: Pick<Appliance, "status">): boolean {
  const { fastPath } = appliance.status();
  return fastPath !== null && refuses(fastPath);
}
