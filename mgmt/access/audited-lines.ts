// Lines that come whole, without a prompt at which they are typed.

import type { ShellSession } from "../../cli/shell/session.ts";

/** The same lines. `acts`: told before one that is more than a question. */
export async function* audited(
  lines: AsyncIterable<string>,
  session: Pick<ShellSession, "onlyAsks">,
  acts: () => Promise<void>,
): AsyncGenerator<string> {
  for await (const line of lines) {
    if (!session.onlyAsks(line)) await acts();
    yield line;
  }
}
