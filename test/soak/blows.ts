// What befalls the appliance in a soak, in turn.
import type { Lab } from "../../lab/lab.ts";
import { packetProcess, successorOf } from "../lab/packet-process.ts";

export interface Blow {
  readonly name: string;
  /** Whether it ends the packet process. */
  readonly deadly: boolean;
  /** Returns when the appliance is whole again. */
  strike(lab: Lab): Promise<void>;
}

async function signalPackets({ appliance }: Lab, signal: NodeJS.Signals): Promise<void> {
  const pid = await packetProcess(appliance);
  if (pid === undefined) throw new Error("there is no packet process to strike");
  process.kill(pid, signal);
  await successorOf(appliance, pid);
}

async function restartDaemon({ appliance }: Lab, signal: NodeJS.Signals): Promise<void> {
  await appliance.daemon.stop(signal);
  await appliance.startDaemon();
}

export const blows: readonly Blow[] = [
  { name: "the packet process is killed", deadly: true, strike: (lab) => signalPackets(lab, "SIGKILL") },
  { name: "the daemon is killed and started again", deadly: false, strike: (lab) => restartDaemon(lab, "SIGKILL") },
  { name: "the packet process hangs and is replaced", deadly: true, strike: (lab) => signalPackets(lab, "SIGSTOP") },
  { name: "the daemon is stopped and started again", deadly: false, strike: (lab) => restartDaemon(lab, "SIGTERM") },
];
