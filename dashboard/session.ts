import { createSignal, type Accessor } from "solid-js";
import type { Role } from "../model/role.ts";
import { get, post, remove, whenUnauthenticated, type ApiError, type Result } from "./api.ts";

/** Who is signed in, and the way in and out. */

export interface User {
  readonly name: string;
  readonly role: Role;
}

type SessionState =
  | { readonly type: "loading" }
  | { readonly type: "unreachable"; readonly error: ApiError }
  /** No account exists yet. */
  | { readonly type: "setup" }
  | { readonly type: "anonymous"; readonly ended: boolean }
  | { readonly type: "user"; readonly user: User };

export interface Session {
  readonly state: Accessor<SessionState>;
  readonly load: () => Promise<void>;
  readonly signIn: (name: string, password: string) => Promise<Result<unknown>>;
  readonly setUp: (token: string, name: string, password: string) => Promise<Result<unknown>>;
  readonly signOut: () => Promise<void>;
}

/** As the API asks for. */
export const PASSWORD_LENGTH_MIN = 10;

export function createSession(): Session {
  const [state, setState] = createSignal<SessionState>({ type: "loading" });
  whenUnauthenticated(() => {
    if (state().type === "user") setState({ type: "anonymous", ended: true });
  });
  const load = async (): Promise<void> => {
    const answer = await get<User>("/api/session");
    if (answer.ok) setState({ type: "user", user: answer.value });
    else if (answer.error.code === "setup_required") setState({ type: "setup" });
    else if (answer.error.status === 401) setState({ type: "anonymous", ended: false });
    else setState({ type: "unreachable", error: answer.error });
  };
  const enter = async (path: string, body: unknown): Promise<Result<unknown>> => {
    const answer = await post<unknown>(path, body);
    if (answer.ok) await load();
    return answer;
  };
  return {
    state,
    load,
    signIn: (name, password) => enter("/api/session", { name, password }),
    setUp: (token, name, password) => enter("/api/session/setup", { token, name, password }),
    signOut: async () => {
      const answer = await remove("/api/session");
      // Not reached: the cookie still lets in whoever sits down here next, and the page must not say otherwise.
      setState(answer.ok ? { type: "anonymous", ended: false } : { type: "unreachable", error: answer.error });
    },
  };
}
