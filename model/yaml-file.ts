import { isNode, LineCounter, parseDocument } from "yaml";
import { InputError } from "./input-error.ts";

/** A YAML (or JSON) file as plain values that know their lines. */

export type Path = readonly (string | number)[];

export interface YamlFile {
  readonly value: unknown;
  /** File, line and path of a value, or of the nearest one around it that is there: the place of an InputError. */
  readonly place: (path: Path) => string;
}

/** Throws one InputError with file, line and column for bad YAML, a key that is there twice, and an alias of nothing or of too much. */
export function readYamlFile(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, stringKeys: true });
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw new InputError(`${file}:${line}:${col}`, "valid YAML", syntax.message);
  }
  const place = (path: Path): string => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return `${file}:${lines.linePos(node.range[0]).line} ${path.join(".")}`.trimEnd();
    }
    return `${file} ${path.join(".")}`.trimEnd();
  };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown, place };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new InputError(file, "aliases of anchors that are there", error.message);
  }
}
