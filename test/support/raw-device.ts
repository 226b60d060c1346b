import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate, parser, type IConnectPacket, type Packet } from "mqtt-packet";
import { passwordOf } from "./ingest-broker.ts";
import { until } from "./until.ts";

/** A device that writes MQTT packets as the test says and remembers what came back. */
export interface RawDevice {
  readonly socket: Socket;
  readonly received: Packet[];
  readonly closed: () => boolean;
  send(...packets: (Packet | Buffer)[]): void;
  publish(topic: string, payload: string | Buffer, messageId: number, qos?: 0 | 1 | 2): void;
  /** The next packet of this kind that was not waited for yet. */
  expect(cmd: Packet["cmd"]): Promise<Packet>;
  acks(): number[];
  destroy(): void;
}

export async function openDevice(port: number, onPacket?: (packet: Packet) => void): Promise<RawDevice> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const received: Packet[] = [];
  const waitedFor = new Set<Packet>();
  let closed = false;
  const reader = parser({ protocolVersion: 4 });
  reader.on("packet", (packet) => {
    received.push(packet);
    onPacket?.(packet);
  });
  socket.on("data", (chunk) => reader.parse(chunk));
  socket.on("error", () => {});
  socket.on("close", () => (closed = true));
  await once(socket, "connect");
  const send = (...packets: (Packet | Buffer)[]): void => {
    socket.write(Buffer.concat(packets.map((packet) => (Buffer.isBuffer(packet) ? packet : generate(packet)))));
  };
  return {
    socket,
    received,
    closed: () => closed,
    send,
    publish(topic, payload, messageId, qos = 1) {
      send({ cmd: "publish", topic, payload, qos, retain: false, dup: false, ...(qos === 0 ? {} : { messageId }) });
    },
    async expect(cmd) {
      const packet = await until(`${cmd} arrives`, () => received.find((each) => each.cmd === cmd && !waitedFor.has(each)), 5_000);
      waitedFor.add(packet);
      return packet;
    },
    acks: () => received.filter(({ cmd }) => cmd === "puback").map(({ messageId }) => messageId ?? 0),
    destroy: () => socket.destroy(),
  };
}

export function connectPacket(name: string, options: Partial<IConnectPacket> = {}): IConnectPacket {
  return {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clientId: name,
    username: name,
    password: Buffer.from(passwordOf(name)),
    clean: true,
    keepalive: 60,
    ...options,
  };
}

/** A device that is logged in. */
export async function loginDevice(
  port: number,
  name: string,
  options: Partial<IConnectPacket> = {},
  onPacket?: (packet: Packet) => void,
): Promise<RawDevice> {
  const device = await openDevice(port, onPacket);
  device.send(connectPacket(name, options));
  const answer = await device.expect("connack");
  if (answer.cmd !== "connack" || answer.returnCode !== 0) throw new Error(`${name} was refused: ${JSON.stringify(answer)}`);
  return device;
}
