import { type Pair, isPair, isScalar, parseDocument, visit } from "yaml";

/** A settings file without its secrets, for a copy that other people may see. */

const SECRET_KEY = /token|password|passwd|secret|passphrase/i;
const URL_PASSWORD = /(\/\/[^/:@\s]*):[^/@\s]+@/;

export interface WithoutSecrets {
  readonly text: string;
  /** Paths of the settings that were left out, or whose URL lost its password. */
  readonly leftOut: readonly string[];
}

/** Keeps order and comments. A text that is no YAML is left out as a whole: nobody can say what in it is secret. */
export function withoutSecrets(text: string): WithoutSecrets {
  const document = parseDocument(text);
  if (document.errors.length > 0) return { text: "", leftOut: ["the whole file, which is no valid YAML"] };
  const leftOut: string[] = [];
  visit(document, {
    Pair(_key, pair, ancestors) {
      const path = [...ancestors.filter((node) => isPair(node)), pair].map(keyOf).join(".");
      if (SECRET_KEY.test(keyOf(pair))) {
        leftOut.push(path);
        return visit.REMOVE;
      }
      if (isScalar(pair.value) && typeof pair.value.value === "string" && URL_PASSWORD.test(pair.value.value)) {
        pair.value.value = pair.value.value.replace(URL_PASSWORD, "$1@");
        leftOut.push(`${path} (the password in it)`);
      }
      return undefined;
    },
  });
  // A comment may hold what was commented out.
  return { text: leftOut.length === 0 ? text : String(document), leftOut };
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}
