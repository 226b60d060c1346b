import type { Network } from "../../model/network.ts";

/** The name of who has a ticket: a steward of the network by id, anybody else as written. */
export function assigneeName(network: Pick<Network, "stewards">, assignee: string): string {
  return network.stewards.find((steward) => steward.id === assignee)?.name ?? assignee;
}
