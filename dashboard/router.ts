import { createSignal, type Accessor } from "solid-js";

/** The URL is the whole view state: a path names the screen, its query the selection, range and filters. */

export interface Place {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

export interface Router {
  readonly place: Accessor<Place>;
  /** Value of one query key, "" when absent. */
  readonly query: (key: string) => string;
  /** Goes to another screen; the back button returns. */
  readonly go: (path: string, query?: Readonly<Record<string, string | undefined>>) => void;
  /** Changes query keys of this screen ("" or undefined removes one). `push` makes it a step of its own for the back button. */
  readonly set: (changes: Readonly<Record<string, string | undefined>>, push?: boolean) => void;
}

export function parsePlace(path: string, search: string): Place {
  const query: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(search)) query[key] = value;
  const trimmed = path.length > 1 ? path.replace(/\/+$/, "") : path;
  return { path: trimmed === "" ? "/" : trimmed, query };
}

/** The address of a place; empty values are left out. */
export function addressOf(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== "") search.set(key, value);
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Matches `/stations/:id` against a path: the named parts, decoded, or undefined. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const parts: Record<string, string> = {};
  for (const [index, word] of wanted.entries()) {
    const found = given[index]!;
    if (word.startsWith(":")) {
      if (found === "") return undefined;
      try {
        parts[word.slice(1)] = decodeURIComponent(found);
      } catch {
        return undefined;
      }
    } else if (word !== found) return undefined;
  }
  return parts;
}

/** Changes that make no step of their own reach the address bar at most this late. */
const WRITE_MS = 150;

/** Listens to the browser's history and to plain clicks on same-origin links for the life of the page. */
export function createRouter(page: Window): Router {
  const { location, history } = page;
  const actual = (): string => location.pathname + location.search;
  let address = actual();
  const [place, setPlace] = createSignal(parsePlace(location.pathname, location.search));
  let writing: ReturnType<typeof setTimeout> | undefined;
  /** Brings the address bar up to date: browsers refuse more than some 200 changes in 30 s, which a held J key would make. */
  const write = (): void => {
    clearTimeout(writing);
    writing = undefined;
    if (actual() !== address) history.replaceState(null, "", address);
  };
  const move = (next: string, push: boolean): void => {
    if (next === address) return;
    if (push) {
      write();
      history.pushState(null, "", next);
    } else writing ??= setTimeout(write, WRITE_MS);
    address = next;
    const [path = "/", search = ""] = next.split("?");
    setPlace(parsePlace(path, search));
  };
  page.addEventListener("popstate", () => {
    clearTimeout(writing);
    writing = undefined;
    address = actual();
    setPlace(parsePlace(location.pathname, location.search));
  });
  page.addEventListener("pagehide", write);
  page.document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest("a");
    if (
      !link ||
      link.origin !== page.location.origin ||
      link.target !== "" ||
      link.hasAttribute("download") ||
      link.pathname.startsWith("/api/")
    )
      return;
    // A jump within the page (the skip link) is the browser's own business.
    if (link.hash !== "" && link.pathname === page.location.pathname) return;
    event.preventDefault();
    move(link.pathname + link.search, true);
    page.scrollTo(0, 0);
  });
  return {
    place,
    query: (key) => place().query[key] ?? "",
    go: (path, query) => {
      move(addressOf(path, query), true);
      page.scrollTo(0, 0);
    },
    set: (changes, push = false) => move(addressOf(place().path, { ...place().query, ...changes }), push),
  };
}
