"""One session of netmiko's cisco_ios at a box. The job is read as JSON from standard input, what came of it is written as JSON.

Netmiko looks at the channel, sleeps, and looks again, until it sees what it waits for or has looked too often. So it is the sleeps
that are counted: who knows how many a call may take knows whether the call waited in vain.
"""

import json
import sys
import time

from netmiko import ConnectHandler, base_connection


class CountedTime:
    """The module `time`, for netmiko."""

    sleeps = 0

    def sleep(self, seconds):
        self.sleeps += 1
        time.sleep(seconds)

    def __getattr__(self, name):
        return getattr(time, name)


clock = base_connection.time = CountedTime()
calls = []


def called(name, call, *words):
    clock.sleeps = 0
    out = call(*words)
    calls.append({"name": name, "sleeps": clock.sleeps, "out": out if isinstance(out, str) else None})
    return out


job = json.load(sys.stdin)
device = called("connect", lambda: ConnectHandler(device_type="cisco_ios", **job["device"]))
called("enable", device.enable)
for command in job.get("commands", []):
    called(command, device.send_command, command)
if "lines" in job:
    called("send_config_set", device.send_config_set, job["lines"])
    called("save_config", device.save_config)
assert device.is_alive()
prompt = called("find_prompt", device.find_prompt)
device.disconnect()
json.dump({"calls": calls, "prompt": prompt}, sys.stdout)
