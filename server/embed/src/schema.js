const DEEPEST = 5;
const MOST = 500; // fields

/** The fields of an operation's input that a rule can fill: { target, label, type, required, list, lookup, choices }. */
export function targetFields(schema) {
  const fields = [];
  walk(schema, '', '', true);
  return fields;

  function walk(object, path, title, required, depth = 0) {
    for (const [name, property] of Object.entries(object?.properties ?? {})) {
      if (fields.length >= MOST) return;
      const at = path + escapeTarget(name);
      const label = property.title ?? words(name);
      const needed = required && (object.required ?? []).includes(name);
      const type = typeOf(property);
      if (type === 'object' && property.properties && depth < DEEPEST) {
        walk(property, `${at}.`, `${title}${label} › `, needed, depth + 1);
        continue;
      }
      const item = type === 'array' ? property.items ?? {} : property;
      if (typeOf(item) === 'object') continue; // needs rules of its own
      fields.push({
        target: type === 'array' ? `${at}[]` : at,
        name: at,
        label: title + label,
        description: property.description ?? '',
        type: typeOf(item),
        list: type === 'array',
        required: needed,
        lookup: item['x-lookup'] ?? property['x-lookup'],
        choices: item.enum ?? (typeOf(item) === 'boolean' ? [true, false] : undefined),
      });
    }
  }
}

/** The paths of a source, as options: { text, value, hint }. */
export function sourceOptions(schema, sample) {
  const options = [];
  walk(schema, '', '', sample);
  return options;

  function walk(node, path, title, value, depth = 0) {
    for (const [name, property] of Object.entries(node?.properties ?? {})) {
      if (options.length >= MOST) return;
      const at = path + escapePath(name);
      const text = title + (property.title ?? words(name));
      const here = value?.[name];
      const type = typeOf(property);
      const isDeep = depth < DEEPEST;
      if (type === 'object' && property.properties && isDeep) walk(property, `${at}.`, `${text} › `, here, depth + 1);
      else options.push({ text, value: at, hint: hint(here, type) });
      if (type === 'array' && property.items?.properties && isDeep) walk(property.items, `${at}.0.`, `${text} › first › `, here?.[0], depth + 1);
    }
  }
}

/** The first of a schema's types that is not null. */
function typeOf({ type, properties, anyOf, oneOf } = {}) {
  if (type) return [type].flat().find((one) => one !== 'null') ?? 'null';
  if (properties) return 'object';
  const other = (anyOf ?? oneOf)?.find((one) => one.type !== 'null');
  return other ? typeOf(other) : 'any';
}

function hint(value, type) {
  if (value === undefined || value === null || typeof value === 'object') return type === 'any' ? '' : type;
  const text = String(value);
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

/** "project_key" and "projectKey" are read as "Project key". */
export function words(name) {
  const text = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ').trim().toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const escapeTarget = (name) => name.replace(/[.[\]\\]/g, '\\$&');
const escapePath = (name) => name.replace(/[.*?|#@!{}[\]()\\]/g, '\\$&');

/** Reads a typed text as the type of its field. */
export function typed(text, type) {
  if (type === 'boolean') return text === 'true';
  if (type === 'integer' || type === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  return text;
}
