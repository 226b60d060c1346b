import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { expect, test } from "vitest";
import { passwordOf, startIngestBroker } from "../support/ingest-broker.ts";
import { connectPacket, openDevice } from "../support/raw-device.ts";
import { until } from "../support/until.ts";

/** The same broker over TLS. Needs the openssl program to make a certificate. */
const opensslMissing = spawnSync("openssl", ["version"]).status !== 0;

test.skipIf(opensslMissing)("a gateway that knows the certificate publishes; one that speaks plain MQTT is not heard", async () => {
  const folder = mkdtempSync(join(tmpdir(), "heatsteward-tls-"));
  const keyFile = join(folder, "key.pem");
  const certFile = join(folder, "cert.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keyFile, "-out", certFile, ...subject], {
    stdio: "ignore",
  });
  const tls = { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
  rmSync(folder, { recursive: true });
  const running = await startIngestBroker({ tls });
  try {
    expect(running.broker.url).toMatch(/^mqtts:/);
    const client = await mqtt.connectAsync(running.broker.url, {
      clientId: "G1",
      username: "G1",
      password: passwordOf("G1"),
      ca: tls.cert,
    });
    await client.publishAsync("heat/v1/S01/B03-U2/telemetry", '{"values":{"t_return":37.4}}', { qos: 1 });
    expect(running.store.readings).toHaveLength(1);
    await client.endAsync();
    const plain = await openDevice(running.broker.port);
    plain.send(connectPacket("G1"));
    await until("the plain one is closed", () => plain.closed());
    expect(plain.received).toEqual([]);
    // One that stays in the middle of its handshake does not keep the broker from closing.
    const silent = await openDevice(running.broker.port);
    await running.stop();
    await until("the silent one is closed", () => silent.closed());
  } finally {
    await running.stop();
  }
});
