/**
 * Looks up a place of a configuration in the JSON Schema: the keys and values that fit there, and what they mean.
 */

/**
 * @typedef {Record<string, any>} Schema
 *
 * @typedef {object} Suggestion
 * @property {string} label
 * @property {string} text JSON that is inserted.
 * @property {string} [info]
 */

/**
 * @param {Schema} root
 * @param {(string | number)[]} path
 * @returns {Schema[]} every schema that the value there may fit
 */
function schemasAt(root, path) {
  return path.reduce(
    (schemas, segment) => schemas.flatMap((schema) => variants(root, member(schema, segment))),
    variants(root, root),
  );
}

/**
 * @param {Schema} root
 * @param {(string | number)[]} path Of the object.
 * @param {string[]} taken Its keys.
 * @returns {Suggestion[]}
 */
export function suggestKeys(root, path, taken) {
  const suggestions = new Map();
  for (const schema of schemasAt(root, path)) {
    for (const [key, value] of Object.entries(schema.properties ?? {})) {
      if (taken.includes(key) || suggestions.has(key)) continue;
      suggestions.set(key, { label: key, text: `${JSON.stringify(key)}: `, info: describe(value) });
    }
  }
  return [...suggestions.values()];
}

/**
 * @param {Schema} root
 * @param {(string | number)[]} path Of the value.
 * @returns {Suggestion[]}
 */
export function suggestValues(root, path) {
  const suggestions = new Map();
  const add = (value, info) => {
    const text = JSON.stringify(value);
    if (!suggestions.has(text)) suggestions.set(text, { label: text, text, info });
  };
  for (const schema of schemasAt(root, path)) {
    if (schema.const !== undefined) add(schema.const, schema.description);
    for (const value of schema.enum ?? []) add(value, schema.description);
    if (schema.type === "boolean") for (const value of [true, false]) add(value, schema.description);
    if (schema.default !== undefined) add(schema.default, "the default");
  }
  return [...suggestions.values()];
}

/**
 * The members of an object within the event of a trigger. Of a list those of its items: an expression reads them through
 * a projection.
 *
 * @param {Schema} root
 * @param {string} trigger
 * @param {string[]} names The path to the object, from the event.
 * @returns {{ label: string, type: string, info?: string }[]}
 */
export function suggestMembers(root, trigger, names) {
  const object = names.reduce(
    (schema, name) => itemsOf(ownMember(schema, name)),
    root["x-events"]?.[trigger],
  );
  return Object.entries(object?.properties ?? {}).map(([label, schema]) => ({
    label,
    type: schema.type === "array" ? `${schema.items.type}[]` : schema.type,
    info: schema.description,
  }));
}

/**
 * What is known of a member of the event of a trigger.
 *
 * @param {Schema} root
 * @param {string} trigger
 * @param {string[]} names The path to it, from the event.
 * @returns {string | undefined}
 */
export function describeMember(root, trigger, names) {
  const last = names.at(-1);
  const found = suggestMembers(root, trigger, names.slice(0, -1)).find(({ label }) => label === last);
  if (found === undefined) return undefined;
  return [`event.${names.join(".")}: ${found.type}`, found.info].filter(Boolean).join("\n");
}

function ownMember(schema, name) {
  const properties = schema?.properties ?? {};
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function itemsOf(schema) {
  return schema?.type === "array" ? schema.items : schema;
}

/** Returns what the schema says about a place; undefined where it says nothing. */
export function describeAt(root, path) {
  const parents = schemasAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (last === undefined) return undefined;
  return parents.map((parent) => describe(member(parent, last))).find((text) => text !== undefined);
}

function describe(schema) {
  const { description, default: preset } = schema ?? {};
  if (description === undefined) return undefined;
  return preset === undefined ? description : `${description} Default: ${JSON.stringify(preset)}`;
}

function member(schema, segment) {
  if (typeof segment === "number") return schema.items;
  const own = schema.properties?.[segment];
  if (own !== undefined) return own;
  const pattern = Object.entries(schema.patternProperties ?? {}).find(([source]) =>
    new RegExp(source, "u").test(segment),
  );
  if (pattern !== undefined) return pattern[1];
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

/** A schema and all that it refers to or chooses from. */
function variants(root, schema) {
  if (schema === undefined || typeof schema !== "object") return [];
  const { $ref: reference, oneOf = [], anyOf = [], allOf = [] } = schema;
  const referred = reference === undefined ? [] : [resolve(root, reference)];
  return [schema, ...[...referred, ...oneOf, ...anyOf, ...allOf].flatMap((part) => variants(root, part))];
}

function resolve(root, reference) {
  return reference
    .slice(2)
    .split("/")
    .reduce((schema, name) => schema?.[name], root);
}
