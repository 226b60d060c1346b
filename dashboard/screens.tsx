import { lazy, type Component } from "solid-js";
import type { PlainKey } from "./words/words.ts";

/** The screens that exist, by path. To add one: a file in screens/, a line here, its words, its test. */

export interface Screen {
  /** Path with `:name` parts, handed to the component as props. */
  readonly path: string;
  readonly component: Component<{ params: Readonly<Record<string, string>> }>;
  /** In the navigation, with its `g` key; absent for screens below another one. */
  readonly nav?: { readonly word: PlainKey; readonly key: string; readonly help: PlainKey };
  /** The first path segment that marks this entry of the navigation as current. */
  readonly section: string;
}

export const SCREENS: readonly Screen[] = [
  {
    path: "/",
    section: "",
    nav: { word: "navOverview", key: "g o", help: "helpGoOverview" },
    component: lazy(() => import("./screens/overview.tsx").then((module) => ({ default: module.Overview }))),
  },
  {
    path: "/stations",
    section: "stations",
    nav: { word: "navStations", key: "g s", help: "helpGoStations" },
    component: lazy(() => import("./screens/station.tsx").then((module) => ({ default: module.StationScreen }))),
  },
  {
    path: "/stations/:id",
    section: "stations",
    component: lazy(() => import("./screens/station.tsx").then((module) => ({ default: module.StationScreen }))),
  },
  {
    path: "/tickets",
    section: "tickets",
    nav: { word: "navTickets", key: "g t", help: "helpGoTickets" },
    component: lazy(() => import("./screens/tickets.tsx").then((module) => ({ default: module.Tickets }))),
  },
  {
    path: "/tickets/:id",
    section: "tickets",
    component: lazy(() => import("./screens/ticket.tsx").then((module) => ({ default: module.TicketScreen }))),
  },
  {
    path: "/rules",
    section: "rules",
    nav: { word: "navRules", key: "g r", help: "helpGoRules" },
    component: lazy(() => import("./screens/rules.tsx").then((module) => ({ default: module.RulesScreen }))),
  },
];
