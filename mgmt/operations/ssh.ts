// Operations on what people come in by from elsewhere.

import { z } from "zod";
import type { ApplianceOperation } from "../appliance.ts";
import type { HostKeyStatus } from "../ssh/host-keys.ts";

/** Who connects from now on is shown new keys, and must be told that they are ours. */
export const renewHostKeys: ApplianceOperation<object, readonly HostKeyStatus[]> = {
  name: "ssh.renew-host-keys",
  kind: "action",
  level: 15,
  input: z.object({}),
  describe: () => "",
  async run({ ssh }) {
    return { result: await ssh.renewHostKeys() };
  },
};
