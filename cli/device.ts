import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { InputError, nearestWord } from "../model/input-error.ts";
import type { Actor } from "../model/role.ts";
import { openAppDatabase } from "../store/database.ts";
import { openGatewayAccounts, type GatewayAccounts } from "../store/gateway-accounts.ts";
import { oneName, runCommand } from "./command.ts";

/** `npm run device`: gateways that may send. */

const HELP = `npm run device -- COMMAND

  add NAME --station ID [--station ID …] [--password P]   register a gateway; prints its password, once
  rotate NAME [--password P] [--grace HOURS]              a new password; the old one stays valid (default 168 h)
  revoke NAME                                             no further login; its connection is closed
  list                                                    registered gateways

A gateway logs in to the broker with username and client id NAME. It works within seconds, also while the platform runs.

  --config FILE   settings (default heatsteward.yaml)
  --help          this text
`;
const COMMANDS = ["add", "rotate", "revoke", "list"] as const;
const HOUR_MS = 3_600_000;
const SHORT_PASSWORD_LENGTH = 12;
const BY: Actor = { name: "command-line", role: "admin" };

await runCommand(HELP, async (write, warn) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      station: { type: "string", multiple: true },
      password: { type: "string" },
      grace: { type: "string" },
      config: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true || positionals.length === 0) return "help";
  const [word = "", ...names] = positionals;
  const command = COMMANDS.find((known) => known === word);
  if (command === undefined)
    throw new InputError("COMMAND", `one of ${COMMANDS.join(", ")}`, JSON.stringify(word), didYouMean(nearestWord(word, COMMANDS)));
  const config = loadConfig({ file: values.config, environment: process.env, folder: process.cwd() });
  const database = openAppDatabase(config.dataFolder);
  try {
    const gateways = openGatewayAccounts(database, { network: config.network, now: Date.now });
    if (command === "list") return list(gateways, write);
    const name = oneName(names);
    if (values.password !== undefined && values.password.length < SHORT_PASSWORD_LENGTH)
      warn(`a password of ${values.password.length} characters can be guessed; without --password a strong one is made`);
    if (command === "revoke") {
      gateways.revokeGateway(name, BY);
      write(`revoked ${name}`);
    } else if (command === "rotate") {
      const { password } = await gateways.rotateGateway(name, BY, {
        password: values.password,
        ...(values.grace !== undefined && { graceMs: graceMs(values.grace) }),
      });
      write(`username ${name}\npassword ${password}`);
    } else {
      const stations = values.station ?? [];
      const added = await gateways.addGateway(name, stations, BY, values.password);
      if (added === undefined) {
        const isRevoked = gateways.gateways().some((known) => known.name === name && known.revokedAt !== undefined);
        const [found, advice] = isRevoked
          ? [`${JSON.stringify(name)}, which was revoked`, "a revoked gateway does not come back: choose another name"]
          : [JSON.stringify(name), "`rotate` gives it a new password"];
        throw new InputError("NAME", "a name that is not taken", found, advice);
      }
      write(`username ${name}\npassword ${added.password}\nstations ${stations.join(" ")}`);
    }
  } finally {
    database.close();
  }
  return "done";
});

function list(gateways: GatewayAccounts, write: (line: string) => void): "done" {
  for (const { name, stations, createdAt, revokedAt } of gateways.gateways()) {
    write(
      `${name}\t${stations.join(" ")}\tsince ${new Date(createdAt).toISOString()}${revokedAt === undefined ? "" : `\trevoked ${new Date(revokedAt).toISOString()}`}`,
    );
  }
  return "done";
}

function graceMs(word: string): number {
  const hours = Number(word);
  if (word.trim() === "" || !(hours >= 0 && hours <= 8_760)) throw new InputError("--grace", "hours from 0 to 8760", JSON.stringify(word));
  return Math.round(hours * HOUR_MS);
}

function didYouMean(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `did you mean "${word}"?`;
}
