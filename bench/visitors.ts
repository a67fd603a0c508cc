// Those who log in at the daemon over SSH, and what it is told of them beforehand.

import { once } from "node:events";
import ssh2, { type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import { ClearText } from "../cli/grammar/secret.ts";
import { freePort } from "../lab/free-port.ts";
import { hashOf } from "../mgmt/access/secret.ts";

const password = "bench-password";

export class Visitors {
  readonly #pair = ssh2.utils.generateKeyPairSync("ed25519");
  #port = 0;

  /** Lines of a configuration with which they are let in; takes a port that nobody listens at now. */
  async lines(): Promise<string> {
    this.#port ||= await freePort();
    const [algorithm, blob] = this.#pair.public.split(" ");
    return `username visitor privilege 5 secret 9 ${hashOf(new ClearText(password))}
username visitor ssh-key ${algorithm} ${blob}
ip ssh
ip ssh listen 127.0.0.1
ip ssh port ${this.#port}
`;
  }

  byPassword(): Promise<void> {
    return this.#comes({ password });
  }

  /** On loopback every 127.x.y.z is a source of its own. */
  byKey(localAddress = "127.0.0.1"): Promise<void> {
    return this.#comes({ privateKey: this.#pair.private, localAddress });
  }

  /** As far as keys are agreed upon. */
  handshake(hostKey: ServerHostKeyAlgorithm): Promise<void> {
    return this.#comes({ algorithms: { serverHostKey: [hostKey] }, authHandler: () => {} }, "handshake");
  }

  async #comes(settings: ConnectConfig, until = "ready"): Promise<void> {
    const client = new ssh2.Client();
    try {
      const come = once(client, until);
      client.connect({ host: "127.0.0.1", port: this.#port, username: "visitor", ...settings });
      await come;
    } finally {
      client.on("error", () => {}).destroy();
    }
  }
}
