// scripts/setup.sh and the `postern` wrapper: what a person meets first. Copies of them run where something is missing.
import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";

const root = join(import.meta.dirname, "..");
const nobody = 65534;

/** A folder with the project's scripts and package list, gone after the test. */
async function copyOfScripts(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "postern-setup-"));
  t.teardown(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  for (const path of ["scripts", "image/packages.txt", "postern"]) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  return folder;
}

test("set-up on a machine that is set up does nothing and takes seconds", (t) => {
  const began = performance.now();
  const { status, stdout } = spawnSync(join(root, "scripts/setup.sh"), ["run", "build", "lab", "test"], {
    encoding: "utf8",
  });
  t.is(status, 0);
  t.regex(stdout, /packages +nothing missing/);
  t.regex(stdout, /npm +nothing missing/);
  t.true(performance.now() - began < 10_000);
});

test("set-up without root says so in one sentence and stops", async (t) => {
  const folder = await copyOfScripts(t);
  const { status, stderr } = spawnSync(join(folder, "scripts/setup.sh"), ["run"], { encoding: "utf8", uid: nobody });
  t.is(status, 1);
  t.is(stderr, "set-up: packages, ports and network namespaces need root; run the same command as root.\n");
});

test("set-up asks apt for the missing packages of its sections alone, and tells when apt fails", async (t) => {
  const folder = await copyOfScripts(t);
  await writeFile(
    join(folder, "image/packages.txt"),
    "[run]\ncoreutils\n[lab]\nno-such-lab-package\n[test]\n# a comment\nno-such-test-package\n",
  );
  await mkdir(join(folder, "bin"));
  await writeFile(
    join(folder, "bin/apt-get"),
    `#!/bin/sh\necho "$@" >>${folder}/asked\n[ "\${*#*install}" = "$*" ]\n`,
    {
      mode: 0o755,
    },
  );
  const { status, stdout, stderr } = spawnSync(join(folder, "scripts/setup.sh"), ["run", "test"], {
    encoding: "utf8",
    env: { PATH: `${folder}/bin:${process.env.PATH}` },
  });
  t.is(status, 1);
  t.regex(stdout, /installing no-such-test-package\n/);
  const asked = (await readFile(join(folder, "asked"), "utf8")).trim().split("\n");
  t.regex(asked[0] ?? "", /update$/);
  t.regex(asked[1] ?? "", /install --no-install-recommends no-such-test-package$/);
  t.regex(stderr, /apt-get install failed .*; check this machine's network/);
});

test("the postern wrapper in a tree that is not set up says what to run", async (t) => {
  const folder = await copyOfScripts(t);
  const { status, stderr } = spawnSync(join(folder, "postern"), ["status"], { encoding: "utf8" });
  t.is(status, 1);
  t.is(stderr, `postern: this tree is not set up yet; run 'npm run build' in ${folder} first\n`);
});
