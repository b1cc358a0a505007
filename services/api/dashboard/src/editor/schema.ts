/** The JSON Schema of definitions as the editor needs it: what may stand at a path, and what it means. */

export interface Schema {
  description?: string;
  type?: string | readonly string[];
  default?: unknown;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  maxLength?: number;
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  $ref?: string;
  $defs?: Readonly<Record<string, Schema>>;
}

let loaded: Promise<Schema> | undefined;

/** Fetch the schema, once per page. */
export function loadSchema(): Promise<Schema> {
  loaded ??= fetch("/schema/dag.json").then((answer) => {
    if (!answer.ok) throw new Error(`The schema is not to be had: status ${answer.status}.`);
    return answer.json() as Promise<Schema>;
  });
  // Without it the editor completes nothing; the next one asks again.
  loaded.catch(() => {
    loaded = undefined;
  });
  return loaded;
}

/** Return the part of `root` that describes the value at `path`, undefined where nothing is said of it. */
export function schemaAt(root: Schema, path: readonly string[]): Schema | undefined {
  let schema: Schema | undefined = root;
  for (const key of path) {
    if (!schema) return undefined;
    const open: Schema | boolean | undefined = schema.additionalProperties;
    const next: Schema | undefined =
      schema.properties?.[key] ?? (typeof open === "object" ? open : schema.items);
    schema = next && resolve(root, next);
  }
  return schema;
}

function resolve(root: Schema, schema: Schema): Schema {
  const name = schema.$ref?.match(/^#\/\$defs\/(.+)$/)?.[1];
  return name ? { ...root.$defs?.[name], ...schema } : schema;
}

/** Say of a value's type, default and bounds what fits in a line: `number · default 5 · 0 to 86,400`. */
export function outline(schema: Schema): string {
  const parts: string[] = [];
  if (schema.type) parts.push(typeof schema.type === "string" ? schema.type : schema.type.join(" or "));
  if (schema.default !== undefined && schema.default !== "")
    parts.push(`default ${JSON.stringify(schema.default)}`);
  const low = schema.minimum ?? schema.exclusiveMinimum;
  if (low !== undefined && schema.maximum !== undefined) {
    parts.push(
      `${schema.exclusiveMinimum === undefined ? "" : "above "}${low} to ${schema.maximum.toLocaleString("en")}`,
    );
  }
  if (schema.maxLength) parts.push(`at most ${schema.maxLength.toLocaleString("en")} characters`);
  return parts.join(" · ");
}
