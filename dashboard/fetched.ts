import { createResource, type Accessor } from "solid-js";

/** Something fetched over HTTP that is fetched again now and then: the last answer stays on screen until the next one is there. */
export interface Fetched<Value> {
  /** Undefined before the first answer. */
  readonly latest: Accessor<Value | undefined>;
  readonly loading: Accessor<boolean>;
  readonly refetch: () => void;
  /** Takes the place of the answer: what a POST has just returned. */
  readonly set: (value: Value) => void;
}

/**
 * Fetches whenever `source` changes (null, undefined, false: nothing), under the current Solid owner. `load` answers with a value also when it fails.
 * Unlike a bare resource it never suspends: a refresh must not take the page, its focus and its scroll positions away.
 */
export function createFetched<Source, Value>(
  source: Accessor<Source | null | undefined | false>,
  load: (source: Source) => Promise<Value>,
): Fetched<Value> {
  const [answer, { refetch, mutate }] = createResource<Value | undefined, Source>(source, load, { initialValue: undefined });
  return {
    latest: () => answer.latest,
    loading: () => answer.loading,
    refetch: () => void refetch(),
    set: (value) => void mutate(() => value),
  };
}
