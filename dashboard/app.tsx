import { createEffect, createResource, Match, onMount, Show, Switch, type JSX } from "solid-js";
import { Door } from "./components/door.tsx";
import { Frame } from "./components/frame.tsx";
import { HelpDialog } from "./components/help-dialog.tsx";
import { ErrorState, Loading } from "./components/states.tsx";
import { PlantContext, ShellContext, useShell } from "./context.ts";
import { get, type ApiError } from "./api.ts";
import { createKeyboard } from "./keyboard.ts";
import { createLive } from "./live.ts";
import { loadNetwork } from "./network.ts";
import { createPreferences } from "./preferences.ts";
import { createRouter } from "./router.ts";
import { Login } from "./screens/login.tsx";
import { SetUp } from "./screens/set-up.tsx";
import { createSession, type User } from "./session.ts";
import type { SwitchableWords } from "./words/words.ts";
import type { Network } from "../model/network.ts";

/** The whole page: nobody signed in, no account yet, or the frame with its screen. */
export function App(props: { words: SwitchableWords }): JSX.Element {
  const preferences = createPreferences(window);
  const { t, say, learn, use } = props.words;
  createEffect(() => void use(preferences.language()));
  const session = createSession();
  const shell = { t, say, learn, preferences, session, router: createRouter(window), keyboard: createKeyboard(window) };
  onMount(() => void session.load());
  const state = session.state;
  const user = (): User | undefined => {
    const now = state();
    return now.type === "user" ? now.user : undefined;
  };
  return (
    <ShellContext.Provider value={shell}>
      <Switch>
        <Match when={state().type === "loading"}>
          <Waiting />
        </Match>
        <Match when={state().type === "setup"}>
          <SetUp />
        </Match>
        <Match when={state().type === "anonymous"}>
          <Login />
        </Match>
        <Match when={user()}>{(signedIn) => <SignedIn user={signedIn()} />}</Match>
        <Match when={state()} keyed>
          {(now) => (
            <Show when={now.type === "unreachable" && now}>
              {(failed) => <Failed error={failed().error} onRetry={() => void session.load()} />}
            </Show>
          )}
        </Match>
      </Switch>
      <HelpDialog />
    </ShellContext.Provider>
  );
}

function Waiting(): JSX.Element {
  return (
    <main class="door">
      <Loading />
    </main>
  );
}

/** Before there is a frame: nothing to show but the way to try again. */
function Failed(props: { error: ApiError; onRetry: () => void }): JSX.Element {
  const { t } = useShell();
  return (
    <Door title={t("brandNote")}>
      <ErrorState error={props.error} onRetry={() => props.onRetry()} />
    </Door>
  );
}

function SignedIn(props: { user: User }): JSX.Element {
  const [answer, { refetch }] = createResource(loadNetwork);
  const network = (): Network | undefined => {
    const loaded = answer();
    return loaded?.ok === true ? loaded.value : undefined;
  };
  const failed = () => {
    const loaded = answer();
    return loaded?.ok === false ? loaded.error : undefined;
  };
  return (
    <Switch fallback={<Waiting />}>
      <Match when={network()}>{(loaded) => <Running user={props.user} network={loaded()} />}</Match>
      <Match when={failed()}>{(error) => <Failed error={error()} onRetry={() => void refetch()} />}</Match>
    </Switch>
  );
}

function Running(props: { user: User; network: Network }): JSX.Element {
  // A session that is over answers 401, which brings the login back.
  const live = createLive(window, () => void get("/api/session"));
  return (
    <PlantContext.Provider value={{ user: props.user, network: props.network, live }}>
      <Frame />
    </PlantContext.Provider>
  );
}
