// What oxidized would keep of the box, from a session as it has it: the login and the terminal of Net::SSH, one command at a time.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import type { AuthenticationType, ClientChannel } from "ssh2";
import type { Level } from "../../mgmt/level.ts";
import { product } from "../../mgmt/system/product.ts";
import { ENABLE_SECRETS } from "../cli/stage.ts";
import { until } from "../daemon/parts.ts";
import { type Box, box, passwordOf } from "../ssh/box.ts";
import { keyOf } from "./key.ts";
import { answerOf, commentOf, configurationOf, PROMPT, versionOf, withoutSecrets } from "./oxidized-model.ts";

/** Says nothing, shows a key that nobody knows, and then the password. */
async function login(t: ExecutionContext, { client }: Box, level: Level) {
  const { file } = await keyOf(t, "nobody");
  const username = `level${level}`;
  const key = { type: "publickey", username, key: readFileSync(file) } as const;
  const methods = [
    { type: "none", username } as const,
    key,
    { type: "password", username, password: passwordOf(level) } as const,
  ];
  const tried: AuthenticationType[] = [];
  const connection = await client(level, {
    authHandler: (_left, _partial, next) => {
      const method = methods.shift();
      if (!method) return;
      tried.push(method.type);
      next(method);
    },
  });
  // The box is stopped while it is connected.
  connection.on("error", () => {});
  t.deepEqual(tried, ["none", "publickey", "password"]);
  return connection;
}

/** What a command said, with its echo and the prompt behind it. */
async function backup(t: ExecutionContext, it: Box, level: Level) {
  const connection = await login(t, it, level);
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    connection.shell({ term: "vt100", cols: 80, rows: 24 }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    ),
  );
  let output = "";
  channel.setEncoding("utf8").on("data", (data: string) => (output += data));
  const expect = (what: string) => until(`there is a prompt after ${what}`, () => PROMPT.test(output));
  const command = async (line: string) => {
    output = "";
    channel.write(`${line}\n`);
    await expect(line);
    return output;
  };
  await expect("the login");
  for (const line of ["terminal length 0", "terminal width 0"])
    t.regex(await command(line), /^\S+\r\nbox#$|^terminal .*\r\nbox#$/);
  const version = versionOf(answerOf(await command("show version")));
  const vtp = answerOf(await command("show vtp status"));
  const inventory = commentOf(answerOf(await command("show inventory")));
  const configuration = configurationOf(answerOf(await command("show running-config")));
  const closed = once(channel, "close");
  channel.write("exit\n");
  const [status] = await once(channel, "exit");
  await closed;
  return { version, vtp, inventory, configuration, status };
}

const lines = `${ENABLE_SECRETS}tacacs-server host 192.0.2.49 key tacacs-secret\n`;

test("a backup has every line of the configuration from the first to the last, and is the same again", async (t) => {
  const it = await box(t, { lines });
  const first = await backup(t, it, 15);
  t.is(first.status, 0);
  t.is(
    first.version,
    `! Postern Software, Version ${product.version}, an inline appliance for the ISP edge that stops mass mailing\n`,
  );
  t.is(first.inventory, '! NAME: "Chassis", DESCR: "Maker and product not known"\n! PID: , VID: , SN:\n');
  t.regex(first.vtp, /^\s*$/);
  t.is(first.configuration, await runningConfiguration(it));
  t.deepEqual(await backup(t, it, 15), first);
});

async function runningConfiguration(it: Box): Promise<string> {
  const { out } = await it.ssh({ command: "show running-config" });
  return out.replaceAll("\r", "").replace(/^Building configuration\.\.\.\n\nCurrent configuration : \d+ bytes\n/, "");
}

test("no hash and no key is left of what oxidized hides", async (t) => {
  const { configuration } = await backup(t, await box(t, { lines }), 15);
  t.regex(configuration, /\$scrypt\$(.*\n)*.*tacacs-secret/);
  const kept = withoutSecrets(configuration);
  t.notRegex(kept, /scrypt|tacacs-secret/);
  t.is(kept.match(/<secret hidden>/g)?.length, 7);
});

test("a user of level 10 is shown no hash and no key at all", async (t) => {
  const { configuration } = await backup(t, await box(t, { lines }), 10);
  t.notRegex(configuration, /scrypt|tacacs-secret/);
});
