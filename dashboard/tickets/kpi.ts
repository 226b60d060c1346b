import { get, type Result } from "../api.ts";
import { formatShare, NO_VALUE } from "../format.ts";

/** The figures of `GET /api/kpi` that the ticket screens show. */
export interface Kpi {
  readonly open: number;
  readonly overdue: number;
  /** Share of tickets opened before the first call, 0…1; null while no call has met a ticket. */
  readonly beforeFirstCall: number | null;
  readonly beforeCall: { readonly medianLeadMs: number | null };
  readonly meanDispatchMs: number | null;
  readonly meanRespondMs: number | null;
  readonly meanFinishMs: number | null;
  /** Of the steps that were done: the share within its limit, 0…1. */
  readonly inTime: Readonly<Record<"dispatch" | "respond" | "finish", number | null>>;
}

export const loadKpi = (): Promise<Result<Kpi>> => get<Kpi>("/api/kpi");

export function kpiShare(kpi: Kpi | undefined): string {
  return kpi === undefined || kpi.beforeFirstCall === null ? NO_VALUE : formatShare(kpi.beforeFirstCall);
}
