// Errors that a person is told in one sentence, and without a stack.

/** Something outside the daemon is wrong. The message is one sentence that says what, and what to do. */
export class Sentence extends Error {
  override readonly name = "Sentence";
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EADDRINUSE: "it is in use",
  EADDRNOTAVAIL: "it is no address of this machine",
  ECONNREFUSED: "nobody listens there",
  EHOSTUNREACH: "there is no such host",
  EISDIR: "it is a directory",
  EEXIST: "it is there already and is no directory",
  ENAMETOOLONG: "its name is too long",
  ENETUNREACH: "there is no way to it",
  ENOENT: "it does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is no directory",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
};

/** The kernel's reason of a failed system call, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
