/** The topic grammar of CONTRACT 3. */
export const TOPIC_ROOT = "heat/v1";
export const ASSET_ID = /^[A-Za-z0-9._-]{1,64}$/;

export type Topic =
  | { readonly type: "station"; readonly station: string }
  | { readonly type: "asset"; readonly station: string; readonly asset: string }
  | { readonly type: "status"; readonly station: string };

/** What a topic means, or undefined when it is not one of ours. */
export function parseTopic(topic: string): Topic | undefined {
  const parts = topic.split("/");
  if (parts[0] !== "heat" || parts[1] !== "v1") return undefined;
  const station = parts[2];
  if (station === undefined || !ASSET_ID.test(station)) return undefined;
  if (parts.length === 4 && parts[3] === "telemetry") return { type: "station", station };
  if (parts.length === 4 && parts[3] === "status") return { type: "status", station };
  const asset = parts[3];
  if (parts.length === 5 && parts[4] === "telemetry" && asset !== undefined && ASSET_ID.test(asset))
    return { type: "asset", station, asset };
  return undefined;
}

export const telemetryTopic = (station: string): string => `${TOPIC_ROOT}/${station}/telemetry`;
export const assetTelemetryTopic = (station: string, asset: string): string => `${TOPIC_ROOT}/${station}/${asset}/telemetry`;
export const statusTopic = (station: string): string => `${TOPIC_ROOT}/${station}/status`;
