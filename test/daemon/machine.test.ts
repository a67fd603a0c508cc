// What the daemon knows of the machine that it runs on, and of its own process.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readMachine } from "../../mgmt/system/machine.ts";
import { ProcessMeter } from "../../mgmt/system/process_meter.ts";
import { directory, until } from "./parts.ts";

test("what the firmware tells is read", async (t) => {
  const dmi = directory(t);
  writeFileSync(join(dmi, "sys_vendor"), "Dell Inc.\n");
  writeFileSync(join(dmi, "product_name"), "System x3650 M5\n");
  writeFileSync(join(dmi, "product_serial"), "  ABC1234 \n");
  const { chassis, processors, memoryBytes } = await readMachine(dmi);
  t.deepEqual(chassis, {
    ...{ maker: "Dell Inc.", product: "System x3650 M5", version: null },
    ...{ serial: "ABC1234", boardSerial: null },
  });
  t.true(processors > 0 && memoryBytes > 0);
});

test("what a maker left unfilled, or cannot be read, is not known", async (t) => {
  const dmi = directory(t);
  writeFileSync(join(dmi, "sys_vendor"), "To Be Filled By O.E.M.\n");
  writeFileSync(join(dmi, "product_name"), "System Product Name\n");
  writeFileSync(join(dmi, "product_version"), "\n");
  writeFileSync(join(dmi, "board_serial"), "000000\n");
  mkdirSync(join(dmi, "product_serial"));
  const { chassis } = await readMachine(dmi);
  t.deepEqual(chassis, { maker: null, product: null, version: null, serial: null, boardSerial: null });
});

test("control characters and quotes of the firmware reach nobody", async (t) => {
  const dmi = directory(t);
  writeFileSync(join(dmi, "product_name"), 'Box\u001b[31m "A"\r\nB\u0000');
  t.is((await readMachine(dmi)).chassis.product, "Box [31m 'A' B");
});

test("a stall of the event loop is seen", async (t) => {
  const meter = new ProcessMeter();
  t.deepEqual(meter.figures().eventLoop, { mean: 0, most: 0, worst: 0 });
  meter.start();
  t.teardown(() => meter.stop());
  const stall = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
  await until("it is seen", () => {
    stall();
    return meter.figures().eventLoop.worst > 15;
  });
  const { memoryBytes, heapBytes, processorMs, eventLoop } = meter.figures();
  t.true(memoryBytes > heapBytes && heapBytes > 0 && processorMs > 0);
  t.true(eventLoop.mean <= eventLoop.worst);
});
