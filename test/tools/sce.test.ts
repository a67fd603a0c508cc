// An operator of SCEs at the box: what his fingers know by heart, typed by expect at OpenSSH in a terminal of his own.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { EngineStatus } from "../../mgmt/engine/engine_port.ts";
import { product } from "../../mgmt/system/product.ts";
import { onPaper } from "../cli/paper.ts";
import { ENABLE_SECRETS } from "../cli/stage.ts";
import { beat, region } from "../daemon/parts.ts";
import { box, run } from "../ssh/box.ts";

const here = (file: string) => join(import.meta.dirname, file);

test("what an operator of SCEs types is answered as sce-operator.out says, without an escape sequence", async (t) => {
  const it = await box(t, { lines: `${ENABLE_SECRETS}package 0 name "residential"\n` });
  beat(it.engine);
  it.engine.attach(bothUp(region({ generation: 1 })));
  const ssh = ["ssh", ...it.options, "-p", `${it.port}`, "level5@127.0.0.1"];
  const { status, out, err } = await run(["expect", here("sce-operator.exp"), here("sce-operator.in"), ...ssh], {
    TERM: "xterm",
    TZ: "UTC",
  });
  t.is(err, "");
  t.is(status, 0);
  t.is(steady(onPaper(out).replaceAll(`${it.port}`, "{port}")), readFileSync(here("sce-operator.out"), "utf8"));
});

/** The link's two ports. */
function bothUp(status: ReturnType<typeof region>): EngineStatus {
  const up = { up: true, missed: 0, starved: 0 };
  return { ...status, live: { ...status.live, links: [{ subscriber: up, network: up }] } };
}

/** Without what is another each time. */
function steady(seen: string): string {
  return seen
    .replaceAll(product.version, "{version}")
    .replaceAll(process.versions.node, "{node}")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "{date}")
    .replaceAll(/process \d+, up [^,]+,/g, "process {pid}, up {time},")
    .replace(/uptime is .*/, "uptime is {time}");
}
