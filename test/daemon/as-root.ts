// A test of what only root can do; without root it is skipped, and counted.
import test from "ava";

export const asRoot = process.geteuid?.() === 0 ? test : test.skip;
