import { createSignal, onCleanup, type Accessor } from "solid-js";

/** What sizes have to be known in script: type size, width, media queries. Each follows its source while the current Solid owner lives. */

/** The size of 1 rem in CSS px, which a wall screen enlarges: for sizes that have to be known in script. */
export function createRem(page: Window): Accessor<number> {
  const read = (): number => Number.parseFloat(page.getComputedStyle(page.document.documentElement).fontSize);
  const [rem, setRem] = createSignal(read());
  const update = (): void => void setRem(read());
  page.addEventListener("resize", update);
  // The class of a wall screen is set on <html> after the first layout.
  const changed = new MutationObserver(update);
  changed.observe(page.document.documentElement, { attributes: true, attributeFilter: ["class"] });
  onCleanup(() => {
    page.removeEventListener("resize", update);
    changed.disconnect();
  });
  return rem;
}

/** Width of the window in CSS px. */
export function createWidth(page: Window): Accessor<number> {
  const [width, setWidth] = createSignal(page.innerWidth);
  const update = (): void => void setWidth(page.innerWidth);
  page.addEventListener("resize", update);
  onCleanup(() => page.removeEventListener("resize", update));
  return width;
}

/** Width of the window in rem: what fits, also on a wall screen with larger type. */
export function createWidthRem(page: Window): Accessor<number> {
  const rem = createRem(page);
  const width = createWidth(page);
  return () => width() / rem();
}

/** Whether a media query holds, followed while the current Solid owner lives. */
export function createMedia(page: Window, query: string): Accessor<boolean> {
  const media = page.matchMedia(query);
  const [matches, setMatches] = createSignal(media.matches);
  const update = (): void => void setMatches(media.matches);
  media.addEventListener("change", update);
  onCleanup(() => media.removeEventListener("change", update));
  return matches;
}
