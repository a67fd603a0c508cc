// The algorithms that are offered: modern ones that OpenSSH, paramiko, Net::SSH, JSch and Go all know some of.
//
// Diffie-Hellman over finite fields and the greater curves are left out: they take the event loop 6 to 23 ms a handshake, for
// whoever connects; what is offered takes it 2 to 3, and with a host key of RSA 2 more.

import type { Algorithms } from "ssh2";

export const algorithms = {
  kex: ["curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256"],
  cipher: [
    "chacha20-poly1305@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
  ],
  hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
  compress: ["none"],
} as const satisfies Algorithms;

/** The server's. RSA never with SHA-1, which is what `ssh-rsa` means as a signature. */
export const hostKeyAlgorithms = ["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"] as const;

/** By which users sign. */
export const signatureAlgorithms = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
] as const;

/** In which users show who they are. */
export const methods = ["publickey", "password", "keyboard-interactive"] as const;
