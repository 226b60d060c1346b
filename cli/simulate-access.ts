import { randomBytes } from "node:crypto";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { loadConfig } from "../config.ts";
import { InputError } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import type { Actor } from "../model/role.ts";
import type { GatewayLogin } from "../simulators/device-fleet.ts";
import { type Credentials, readCredentials } from "../simulators/gateway-credentials.ts";
import { openAppDatabase } from "../store/database.ts";
import { openGatewayAccounts } from "../store/gateway-accounts.ts";
import type { SimulateOptions } from "./simulate-options.ts";

/** How simulated gateways log in: with what a file says, with one password for all, or registered here and now. */

const BY: Actor = { name: "command-line", role: "admin" };
/** A gateway that is known but whose password is not gets another; the old one need not stay valid. */
const ROTATE = { graceMs: 0 };

const gatewayName = (station: string): string => `gw-${station}`;

/** The logins of all gateways of a network; undefined when nobody said how. Throws InputError for a file that does not fit. */
export async function loginsOf(network: Network, scenario: string, options: SimulateOptions): Promise<GatewayLogin[] | undefined> {
  const stations = network.stations.map(({ id }) => id);
  const { user, password } = options;
  if (password !== undefined)
    return stations.map((id) => ({ name: gatewayName(id), ...(user === undefined ? {} : { user }), password, stations: [id] }));
  if (!options.register) return options.credentials === undefined ? undefined : loginsFrom(readCredentials(options.credentials), network);
  const file = options.credentials ?? `${scenario}.gateways.json`;
  const known = existsSync(file) ? readCredentials(file) : {};
  const registered = await register(stations, known, options.config);
  writeWhole(file, registered);
  return loginsFrom(registered, network);
}

/** Adds what is not registered yet to the platform's accounts. Passwords that the platform makes are cheap to check: a thousand may log in at once. */
async function register(stations: readonly string[], known: Credentials, configFile: string | undefined): Promise<Credentials> {
  const config = loadConfig({ file: configFile, environment: process.env, folder: process.cwd() });
  const missing = stations.find((id) => config.network.asset(id)?.level !== "station");
  if (missing !== undefined)
    throw new InputError(
      config.networkFile,
      "the network of the scenario",
      `one without its station ${missing}`,
      "--network FILE writes the scenario's; name it in the settings of the platform and start that again",
    );
  const database = openAppDatabase(config.dataFolder);
  try {
    const gateways = openGatewayAccounts(database, { network: config.network, now: Date.now });
    const result: Record<string, Credentials[string]> = {};
    for (const id of stations) {
      const name = gatewayName(id);
      const own = known[name];
      const isThere = gateways.gateway(name) !== undefined;
      if (own !== undefined && isThere) result[name] = own;
      else {
        const added = isThere ? await gateways.rotateGateway(name, BY, ROTATE) : await gateways.addGateway(name, [id], BY, own?.password);
        if (added === undefined)
          throw new InputError(name, "a gateway that may log in", "one that was revoked", "a revoked gateway does not come back");
        result[name] = { password: added.password, stations: [id] };
      }
    }
    return result;
  } finally {
    database.close();
  }
}

function loginsFrom(credentials: Credentials, network: Network): GatewayLogin[] {
  const logins = Object.entries(credentials).map(([name, { password, stations }]) => ({
    name,
    password,
    stations: stations.filter((id) => network.asset(id)?.level === "station"),
  }));
  const served = new Set(logins.flatMap(({ stations }) => stations));
  const missing = network.stations.find(({ id }) => !served.has(id));
  if (missing !== undefined) throw new InputError("--credentials", `a gateway for each station`, `none for ${missing.id}`);
  return logins.filter(({ stations }) => stations.length > 0);
}

/** Whole or not at all, and for its owner only: it holds passwords. */
function writeWhole(file: string, credentials: Credentials): void {
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new InputError(file, "a file that can be written", (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

/** The commands that register the gateways, and how to go on. */
export function registrationLines(network: Network, scenario: string): string[] {
  const password = randomBytes(18).toString("base64url");
  return [
    ...network.stations.map(({ id }) => `npm run device -- add ${gatewayName(id)} --station ${id} --password ${password}`),
    `npm run simulate -- ${scenario} --password ${password}`,
  ];
}
