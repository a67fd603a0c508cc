// Who is a person: by the terminal that was asked for, and by what the client calls itself.
import test from "ava";
import { isPersonsTerminal } from "../../mgmt/ssh/person.ts";

const PEOPLE = ["OpenSSH_9.2p1 Debian-2+deb12u3", "PuTTY_Release_0.78", "dropbear_2022.83", "Gopher", "libre"];

const LIBRARIES = [
  "paramiko_2.12.0",
  "Ruby/Net::SSH_7.1.0 x86_64-linux",
  "libssh_0.10.5",
  "libssh2_1.10.0",
  "Go",
  "Go-xyz",
  "ssh2js1.17.0",
  "JSCH-0.1.54",
  "JSCH_0.2.11",
  "AsyncSSH_2.13.2",
  "SSHJ_0.34.0",
  "APACHE-SSHD-2.9.2",
  "phpseclib_2.0",
  "Renci.SshNet.SshClient.0.0.1",
];

test("a terminal that moves its cursor is a person's, unless a library asked for it", (t) => {
  for (const software of PEOPLE) t.true(isPersonsTerminal("xterm-256color", software), software);
  for (const software of LIBRARIES) t.false(isPersonsTerminal("xterm-256color", software), software);
});

test("a terminal that cannot do much, or none, is no person's whoever asked for it", (t) => {
  for (const term of [undefined, "", "dumb", "VT100", "network", "unknown"]) {
    t.false(isPersonsTerminal(term, PEOPLE[0] ?? ""), term);
  }
});
