// What the daemon's user may not do, tried.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Directories } from "../../mgmt/privileges.ts";
import { asRoot } from "./as-root.ts";
import { directory } from "./parts.ts";

type Outcome = { readonly value?: unknown; readonly refused?: string };

/** Tries as the daemon's user; each attempt is a name in confined.ts and a path. */
function tryConfined(directories: Directories, asked: readonly (readonly [string, string?])[]): Outcome[] {
  const program = join(import.meta.dirname, "confined.ts");
  const args = [program, JSON.stringify(directories), JSON.stringify(asked)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

const idOf = (option: string, name: string) => Number(execFileSync("id", [option, name], { encoding: "utf8" }));

asRoot("the daemon cannot write the fast path's files, read what is root's, or become root again", (t) => {
  const base = directory(t);
  chmodSync(base, 0o755);
  const run = join(base, "run");
  const fastPath = join(run, "fastpath");
  const region = join(fastPath, "region");
  mkdirSync(fastPath, { recursive: true });
  writeFileSync(region, "the region");
  const [user, group] = [idOf("-u", "postern-fastpath"), idOf("-g", "postern-fastpath")];
  for (const [path, mode] of [
    [fastPath, 0o750],
    [region, 0o640],
  ] as const) {
    chownSync(path, user, group);
    chmodSync(path, mode);
  }
  const secret = join(base, "secret");
  writeFileSync(secret, "root's");
  chmodSync(secret, 0o600);

  const own = join(run, "daemon");
  const state = join(base, "state");
  t.deepEqual(
    tryConfined({ run, sockets: own, state }, [
      ["read", region],
      ["write", region],
      ["create", join(fastPath, "mine")],
      ["create", join(run, "mine")],
      ["create", join(own, "mine")],
      ["read", secret],
      ["read", "/etc/shadow"],
      ["becomeRoot"],
      ["becomeRootEffectively"],
      ["joinGroupOfRoot"],
      ["groups"],
      ["openStore", join(base, "postern.db")],
    ]),
    [
      { value: "the region" },
      { refused: "EACCES" },
      { refused: "EACCES" },
      { refused: "EACCES" },
      {},
      { refused: "EACCES" },
      { refused: "EACCES" },
      { refused: "EPERM" },
      { refused: "EPERM" },
      { refused: "EPERM" },
      { value: [idOf("-g", "postern"), group].sort((a, b) => a - b) },
      { refused: `Cannot keep state in ${base}, which user postern must be able to write: permission denied.` },
    ],
  );
  for (const [path, mode] of [
    [own, 0o750],
    [state, 0o700],
  ] as const) {
    const made = statSync(path);
    t.deepEqual([made.uid, made.gid, made.mode & 0o777], [idOf("-u", "postern"), idOf("-g", "postern"), mode], path);
  }
});

asRoot(
  "the daemon may listen at any port, which is all that it keeps of root's rights, and only where it listens",
  (t) => {
    const base = directory(t);
    chmodSync(base, 0o755);
    t.deepEqual(
      tryConfined({ run: base, sockets: join(base, "daemon"), state: join(base, "state") }, [
        ["rights"],
        ["rightsOfOthers"],
        ["listen", "87"],
        ["signal", `${process.ppid}`],
        ["becomeRoot"],
        ["read", "/etc/shadow"],
      ]),
      [
        // Inheritable, permitted, effective, ambient; whether programs that it starts get no more.
        { value: "0 400 400 0 1" },
        { value: ["0 0 0 0 0"] },
        {},
        { refused: "EPERM" },
        { refused: "EPERM" },
        { refused: "EACCES" },
      ],
    );
  },
);

asRoot("a state directory of the daemon's that others may read is closed to them", (t) => {
  const base = directory(t);
  chmodSync(base, 0o755);
  const state = join(base, "state");
  mkdirSync(state);
  chmodSync(state, 0o755);
  chownSync(state, idOf("-u", "postern"), idOf("-g", "postern"));
  tryConfined({ run: base, sockets: join(base, "daemon"), state }, []);
  t.is(statSync(state).mode & 0o777, 0o700);
});

for (const [what, prepare, sentence] of [
  ["a link", (path: string) => symlinkSync("/etc", path), /daemon is no directory: remove it, or name another one\./],
  ["root's directory", (path: string) => mkdirSync(path), /daemon belongs to another user than the daemon's: name/],
] as const) {
  asRoot(`${what} in place of the daemon's directory is not given away`, (t) => {
    const base = directory(t);
    const own = join(base, "daemon");
    prepare(own);
    const program = join(import.meta.dirname, "confined.ts");
    const args = [program, JSON.stringify({ run: base, sockets: own, state: join(base, "state") }), "[]"];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    t.not(status, 0);
    t.regex(stderr, sentence);
    t.is(statSync(own).uid, 0);
  });
}
