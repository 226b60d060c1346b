import type { Health } from "../../model/live.ts";
import type { Network } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import { telemetryTopic } from "../../model/topic.ts";

/** A message that the platform will accept from the first station of this network, and the command that sends it. Pure. */

const PRIMARY: Readonly<Partial<Record<SignalId, number>>> = {
  t_out: -3.1,
  t1_supply: 84.2,
  t1_return: 44.6,
  p1_supply: 812,
  p1_return: 560,
};
const SECONDARY: Readonly<Partial<Record<SignalId, number>>> = {
  t2_supply: 48.2,
  t2_return: 40.3,
  p2_supply: 520,
  p2_return: 335,
  q2_flow: 61.4,
  mk_total: 1031.4,
};

/** Topic and payload (CONTRACT 3) for a station and its circuits; `at` in epoch ms. */
export function exampleMessage(network: Network, station: string, at: number): { topic: string; payload: string; pretty: string } {
  const assets: Record<string, Readonly<Partial<Record<SignalId, number>>>> = { [station]: PRIMARY };
  for (const circuit of network.below(station, "circuit")) assets[circuit.id] = SECONDARY;
  if (Object.keys(assets).length === 1) assets[station] = { ...PRIMARY, ...SECONDARY };
  const message = { ts: at, seq: 1, assets };
  const lines = Object.entries(assets).map(
    ([asset, values]) => `    ${JSON.stringify(asset)}: ${JSON.stringify(values).replaceAll(",", ", ").replaceAll(":", ": ")}`,
  );
  return {
    topic: telemetryTopic(station),
    payload: JSON.stringify(message),
    pretty: `{\n  "ts": ${at}, "seq": 1,\n  "assets": {\n${lines.join(",\n")}\n  }\n}`,
  };
}

/** Single quotes for a POSIX shell: ids and passwords are ours, but a host name is whatever the browser says. */
const quoted = (text: string): string => (/^[A-Za-z0-9._/:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

export function publishCommand(parts: {
  host: string;
  port: number;
  user: string;
  password: string;
  topic: string;
  payload: string;
}): string {
  return [
    `mosquitto_pub -h ${quoted(parts.host)} -p ${parts.port} -u ${quoted(parts.user)} -P ${quoted(parts.password)} -i ${quoted(parts.user)} -q 1 \\`,
    `  -t ${quoted(parts.topic)} \\`,
    `  -m ${quoted(parts.payload)}`,
  ].join("\n");
}

const MQTT_PORT_USUAL = 1883;

/** Where the broker listens: the platform says so in its health (part `broker`, figure `port`), else the usual port. */
export function brokerPort(health: Health | undefined): number {
  const port = health?.parts["broker"]?.figures["port"];
  return typeof port === "number" ? port : MQTT_PORT_USUAL;
}
