import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";

/** Requests that an OpenAPI document invites, and those that it does not: parameters and bodies from their schemas, some broken on purpose. */

export interface FuzzRequest {
  readonly method: "GET" | "POST" | "DELETE" | "HEAD";
  readonly url: string;
  readonly payload?: string;
  readonly contentType?: string;
}

type Schema = {
  readonly $ref?: string;
  readonly type?: string | string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
};

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly "application/json"?: { readonly schema: Schema } } };
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Values that have broken servers before. */
const NASTY = [
  "",
  " ",
  "0",
  "-1",
  "1e999",
  "NaN",
  "null",
  "undefined",
  "true",
  "[]",
  "{}",
  "../../etc/passwd",
  "%00",
  "\u0000",
  "'",
  '"; DROP TABLE tickets; --',
  "<script>",
  "__proto__",
  "constructor",
  "toString",
  "9007199254740993",
  "🔥",
  "\ud800",
  "a".repeat(5_000),
];

/** Any request for any operation of the document. `known`: ids that exist, so that some requests get past the first check. */
export function fuzzRequests(document: OpenApi, known: readonly string[]): Arbitrary<FuzzRequest> {
  const resolve = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : resolve(document.components.schemas[schema.$ref.split("/").at(-1)!]!);
  const word = fc.oneof(fc.constantFrom(...known), fc.constantFrom(...NASTY), fc.string({ unit: "binary", maxLength: 40 }));

  const valueOf = (given: Schema, depth = 0): Arbitrary<unknown> => {
    const schema = resolve(given);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((each) => valueOf(each, depth)));
    switch ([schema.type].flat()[0] ?? "any") {
      case "integer":
      case "number":
        return fc.integer({ min: Math.max(schema.minimum ?? -1e9, -1e15), max: Math.min(schema.maximum ?? 1e9, 2e13) });
      case "boolean":
        return fc.boolean();
      case "array":
        return fc.array(valueOf(schema.items ?? {}, depth + 1), { maxLength: 4 });
      case "object":
        return fc.record(
          Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, each]) => [name, valueOf(each, depth + 1)])),
          { requiredKeys: [...(schema.required ?? [])] },
        );
      default:
        return word;
    }
  };
  const wild = fc.oneof({ weight: 3, arbitrary: word }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
  const mostly = (schema: Schema): Arbitrary<unknown> =>
    fc.oneof({ weight: 4, arbitrary: valueOf(schema) }, { weight: 1, arbitrary: wild });

  const requestOf = ([path, method, operation]: readonly [string, string, Operation]): Arbitrary<FuzzRequest> => {
    const parameters = operation.parameters ?? [];
    const body = operation.requestBody?.content["application/json"]?.schema;
    return fc
      .record({
        values: fc.tuple(
          ...parameters.map((parameter) =>
            fc.option(mostly(parameter.schema), { nil: undefined, freq: parameter.required === true ? 12 : 2 }),
          ),
        ),
        extra: fc.option(fc.tuple(word, word), { nil: undefined, freq: 8 }),
        body:
          body === undefined
            ? fc.option(wild, { nil: undefined, freq: 4 })
            : fc.oneof({ weight: 5, arbitrary: valueOf(body) }, { weight: 1, arbitrary: wild }),
        broken: fc.integer({ min: 0, max: 19 }),
      })
      .map(({ values, extra, body: sent, broken }): FuzzRequest => {
        const query = new URLSearchParams();
        let url = path;
        for (const [index, parameter] of parameters.entries()) {
          const value = values[index];
          if (parameter.in === "path")
            url = url.replace(`{${parameter.name}}`, encodeText(typeof value === "string" ? value : JSON.stringify(value ?? "x")));
          else if (value !== undefined)
            for (const each of [value].flat()) query.append(parameter.name, typeof each === "string" ? each : JSON.stringify(each));
        }
        if (extra !== undefined) query.append(extra[0], extra[1]);
        const search = query.toString();
        const address = search === "" ? url : `${url}?${search}`;
        if (method === "get" || sent === undefined) return { method: method.toUpperCase() as FuzzRequest["method"], url: address };
        const json = JSON.stringify(sent);
        return {
          method: method.toUpperCase() as FuzzRequest["method"],
          url: address,
          payload: broken === 0 ? json.slice(0, -1) : json,
          contentType: broken === 1 ? "text/plain" : "application/json",
        };
      });
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [path, method, operation] as const),
  );
  return fc.oneof(...operations.map(requestOf));
}

/** Percent-encoded; a lone surrogate, which has no encoding, as the bytes that a careless client would send. */
function encodeText(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
}
