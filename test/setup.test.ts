// scripts/setup.sh and the `postern` wrapper: what a person meets first. Copies of them run where something is missing.
import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
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

/** In place of programs that change a machine: they write down what they are asked, and do what the script says then. */
async function stand(folder: string, programs: readonly string[], script = ""): Promise<NodeJS.ProcessEnv> {
  await mkdir(join(folder, "bin"));
  for (const program of programs) {
    await writeFile(join(folder, "bin", program), `#!/bin/sh\necho ${program} "$@" >>${folder}/asked\n${script}`, {
      mode: 0o755,
    });
  }
  return { PATH: `${folder}/bin:${process.env.PATH}` };
}

const askedIn = async (folder: string) => (await readFile(join(folder, "asked"), "utf8")).trim().split("\n");

test("set-up on a machine that is set up installs nothing; what was built is brought up to date", async (t) => {
  const folder = await copyOfScripts(t);
  await cp(join(root, "package-lock.json"), join(folder, "package-lock.json"));
  await mkdir(join(folder, "node_modules/.bin"), { recursive: true });
  await cp(join(root, "package-lock.json"), join(folder, "node_modules/.postern-installed"));
  await symlink(process.execPath, join(folder, "node_modules/.bin/node"));
  await mkdir(join(folder, "build"));
  await writeFile(join(folder, "build/build.ninja"), "");
  const env = await stand(folder, ["apt-get", "npm", "useradd", "meson", "ninja"]);
  const { status, stdout } = spawnSync(join(folder, "scripts/setup.sh"), ["run", "build", "lab", "test"], {
    ...{ encoding: "utf8", env },
  });
  t.is(status, 0);
  t.regex(stdout, /packages +nothing missing/);
  t.regex(stdout, /npm +nothing missing/);
  t.deepEqual(await askedIn(folder), ["ninja -C build"]);
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
  const env = await stand(folder, ["apt-get"], `[ "\${*#*install}" = "$*" ]\n`);
  const { status, stdout, stderr } = spawnSync(join(folder, "scripts/setup.sh"), ["run", "test"], {
    ...{ encoding: "utf8", env },
  });
  t.is(status, 1);
  t.regex(stdout, /installing no-such-test-package\n/);
  const asked = await askedIn(folder);
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
