import type { JSX } from "solid-js";
import { PhasesPanel } from "./phases-panel.tsx";
import { createWorks, PlanWork } from "./plan-work.tsx";
import { WorksPanel } from "./works-panel.tsx";

/** What people know that rules cannot: the season phase of each station, and work that is planned. */
export function SeasonTab(): JSX.Element {
  const works = createWorks();
  return (
    <div class="season">
      <PhasesPanel />
      <div class="rules-column">
        <WorksPanel works={works} />
        <PlanWork onPlanned={works.refetch} />
      </div>
    </div>
  );
}
