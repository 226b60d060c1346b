import { createContext, useContext } from "solid-js";
import type { Network } from "../model/network.ts";
import type { Keyboard } from "./keyboard.ts";
import type { Live } from "./live.ts";
import type { Preferences } from "./preferences.ts";
import type { Router } from "./router.ts";
import type { Session, User } from "./session.ts";
import type { Words } from "./words/words.ts";

/** What every component may ask for: `useShell` anywhere, `usePlant` on screens that need a signed-in user and the network. */

export interface Shell extends Words {
  readonly router: Router;
  readonly preferences: Preferences;
  readonly session: Session;
  readonly keyboard: Keyboard;
}

export interface Plant {
  readonly user: User;
  readonly network: Network;
  readonly live: Live;
}

export const ShellContext = createContext<Shell>();
export const PlantContext = createContext<Plant>();

export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (shell === undefined) throw new Error("useShell outside of ShellContext");
  return shell;
}

export function usePlant(): Plant {
  const plant = useContext(PlantContext);
  if (plant === undefined) throw new Error("usePlant outside of PlantContext");
  return plant;
}
