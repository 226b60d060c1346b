import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";

/** The devices of the ingest bench, in a process of their own: MQTT 3.1.1 connections that keep so many QoS 1 messages in flight. */

interface Job {
  readonly port: number;
  readonly connections: number;
  readonly inFlight: number;
  readonly forMs: number;
  /** Messages per second of all connections together; undefined: as many as are acknowledged. */
  readonly perSecond?: number;
}

const VALUES = ["t2_supply", "t2_return", "p2_supply", "p2_return", "q2_flow", "mk_total", "cp_hz", "t2_set"] as const;
const PUBACK = 0x40;

/** Where the history of every device begins: each message is a second later than the one before, so that none repeats another. */
const BEGIN = Date.now() - 40 * 86_400_000;

function payload(ts: number, seq: number): string {
  const values = VALUES.map((signal, index) => `"${signal}":${(40 + index + (seq % 50) / 10).toFixed(1)}`).join(",");
  return `{"ts":${ts},"seq":${seq},"hist":true,"values":{${values}}}`;
}

/** One device: logs in, publishes up to `inFlight` messages, one more for every PUBACK, until told to stop. */
function device(job: Job, index: number, until: number): Promise<{ acknowledged: number }> {
  return new Promise((resolve, reject) => {
    const name = `gateway-${index}`;
    const socket: Socket = connect({ port: job.port, host: "127.0.0.1", noDelay: true });
    const topic = `heat/v1/S${index}/S${index}-H/telemetry`;
    let sent = 0;
    let acknowledged = 0;
    let connected = false;
    let rest: Buffer = Buffer.alloc(0);
    const send = (count: number): void => {
      const frames: Buffer[] = [];
      for (let each = 0; each < count; each++) {
        sent++;
        frames.push(
          generate({
            cmd: "publish",
            topic,
            payload: payload(BEGIN + sent * 1_000, sent),
            qos: 1,
            messageId: (sent % 65_535) + 1,
            retain: false,
            dup: false,
          }),
        );
      }
      socket.write(Buffer.concat(frames));
    };
    /** Sends at a steady rate, but never has more than `inFlight` on the way. */
    const pace = (perSecond: number): void => {
      const began = Date.now();
      const timer = setInterval(() => {
        const now = Date.now();
        const due = Math.floor(((Math.min(now, until) - began) / 1_000) * perSecond);
        const count = Math.min(due - sent, job.inFlight - (sent - acknowledged));
        // One more after the end, so that its acknowledgement ends the connection.
        if (count > 0) send(count);
        else if (now >= until && acknowledged === sent) send(1);
        if (now >= until) clearInterval(timer);
      }, 20);
    };
    socket.on("error", reject);
    socket.write(
      generate({
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clientId: name,
        username: name,
        password: Buffer.from("bench"),
        clean: true,
        keepalive: 60,
      }),
    );
    socket.on("data", (chunk) => {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!connected) {
        if (bytes[3] !== 0) {
          reject(new Error(`${name} was refused with code ${bytes[3]}`));
          return;
        }
        connected = true;
        bytes = bytes.subarray(4);
        if (job.perSecond === undefined) send(job.inFlight);
        else pace(job.perSecond / job.connections);
      }
      const acks = Math.floor(bytes.length / 4);
      for (let each = 0; each < acks; each++) if (bytes[each * 4] !== PUBACK) reject(new Error("something that is no PUBACK"));
      rest = bytes.subarray(acks * 4);
      acknowledged += acks;
      if (Date.now() < until) {
        if (job.perSecond === undefined) send(acks);
      } else if (acknowledged === sent) {
        socket.end();
        resolve({ acknowledged });
      }
    });
  });
}

const job = JSON.parse(process.argv[2] ?? "{}") as Job;
const started = performance.now();
const devices = Array.from({ length: job.connections }, (_, index) => device(job, index, Date.now() + job.forMs));
const done = await Promise.all(devices);
const acknowledged = done.reduce((sum, each) => sum + each.acknowledged, 0);
process.stdout.write(JSON.stringify({ acknowledged, elapsedMs: performance.now() - started }));
