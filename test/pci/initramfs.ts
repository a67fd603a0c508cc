// The virtual machine's file system: busybox, the programs under test with their libraries, the kernel modules of the devices.
import { chmod, copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { run } from "../../lab/process.ts";

/** The devices' own drivers, the serial ports, and the drivers that hand a device to a program. */
const modules = [
  "virtio_pci",
  "virtio_console",
  "e1000",
  "virtio_net",
  "uio_pci_generic",
  "vfio-pci",
  "vfio_iommu_type1",
];

/** Who the fast path becomes when it gives up its privileges. */
const users = "root:x:0:0::/:/bin/sh\npostern-fastpath:x:100:100::/:/bin/false\n";
const groups = "root:x:0:\npostern-fastpath:x:100:\n";

/** The release of the kernel that Debian's package linux-image-amd64 stands for. */
export async function kernelRelease(): Promise<string> {
  const status = await run(["dpkg-query", "--status", "linux-image-amd64"]);
  const [, release] = /^Depends: linux-image-(\S+)/m.exec(status) ?? [];
  if (release === undefined) throw new Error("the package linux-image-amd64 names no kernel");
  return release;
}

/** Builds it in `directory`; returns the archive that a kernel unpacks. */
export async function makeInitramfs(directory: string, kernel: string, programs: readonly string[]): Promise<string> {
  const root = join(directory, "root");
  const archive = join(directory, "initramfs");
  const empty = ["bin", "dev", "etc", "proc", "run", "sys", "tmp"];
  for (const name of empty) await mkdir(join(root, name), { recursive: true });
  // The kernel calls /sbin/modprobe.
  await symlink("bin", join(root, "sbin"));
  await copyFile("/bin/busybox", join(root, "bin/busybox"));
  await copyFile(join(import.meta.dirname, "init.sh"), join(root, "init"));
  await chmod(join(root, "init"), 0o755);
  await writeFile(join(root, "etc/passwd"), users);
  await writeFile(join(root, "etc/group"), groups);
  for (const program of programs) await copyProgram(program, root);
  await copyModules(kernel, root);
  // Not compressed: an emulated processor reads it sooner than it unpacks it.
  await run(["sh", "-c", `cd "${root}" && find . | cpio -o -H newc --quiet >"${archive}"`]);
  return archive;
}

async function copyProgram(program: string, root: string): Promise<void> {
  const libraries = (await run(["ldd", program])).match(/\/\S+(?= \(0x)/g) ?? [];
  await run(["strip", "-o", join(root, "bin", basename(program)), program]);
  for (const library of libraries) await copyInto(root, library);
}

async function copyModules(kernel: string, root: string): Promise<void> {
  for (const module of modules) {
    const needed = await run(["modprobe", "-S", kernel, "--show-depends", module]);
    for (const [, file] of needed.matchAll(/^insmod (\S+)/gm)) if (file) await copyInto(root, file);
  }
  for (const index of ["modules.order", "modules.builtin"]) await copyInto(root, `/lib/modules/${kernel}/${index}`);
  await run(["depmod", "-b", root, kernel]);
}

async function copyInto(root: string, file: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await copyFile(file, join(root, file));
}
