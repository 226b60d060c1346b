/** Colours and type of the page as a canvas needs them: resolved. */

export interface Brush {
  /** The resolved colour of a token such as "--supply". */
  readonly colour: (token: string) => string;
  readonly family: string;
  readonly remPx: number;
  readonly zone: string;
}

/** The brush of a chart inside `element`, in the theme of this moment. */
export function brushOf(element: HTMLElement, zone: string): Brush {
  const probe = document.createElement("span");
  element.append(probe);
  const known = new Map<string, string>();
  const colour = (token: string): string => {
    let found = known.get(token);
    if (found === undefined) {
      probe.style.color = `var(${token})`;
      element.append(probe);
      known.set(token, (found = getComputedStyle(probe).color));
      probe.remove();
    }
    return found;
  };
  const family = getComputedStyle(element).fontFamily;
  probe.remove();
  return { colour, family, remPx: Number.parseFloat(getComputedStyle(document.documentElement).fontSize), zone };
}
