const KINDS = ['source', 'value', 'template', 'lookup'];
const ALL_KINDS = [...KINDS, 'switch', 'concat', 'first_of', 'each'];

/**
 * The rules of a mapping document, one for each field of a target. What the fields do not show is kept as it is:
 * conditions, notes, transforms, rules of other kinds and for other places.
 */
export class Rules {
  #document;
  #rules; // in order, each { target, … }

  constructor(document) {
    this.#document = structuredClone(document ?? { version: 1, rules: [] });
    this.#rules = this.#document.rules ?? [];
  }

  /** The whole document. */
  get document() {
    return structuredClone({ version: 1, ...this.#document, rules: this.#rules });
  }

  /** How a field is filled: { kind, rule }, neither for nothing; the kind is 'advanced' for a rule that has to be written. */
  of(field) {
    const found = this.#of(field);
    if (!found.length) return {};
    const [rule] = found;
    const kind = KINDS.find((one) => one in rule);
    const isSimple = found.length === 1 && kind && (kind !== 'lookup' || typeof rule.lookup.from === 'string');
    return isSimple ? { kind, rule } : { kind: 'advanced', rule };
  }

  /** Fills a field by what `part` says, such as { source: 'name' }; undefined: by nothing. */
  set(field, part) {
    const at = this.#rules.findIndex((rule) => isFor(rule, field));
    if (!part) {
      this.#rules = this.#rules.filter((rule) => !isFor(rule, field));
      return;
    }
    const before = this.#rules[at];
    const rule = { target: field.target, ...before };
    const isSameKind = before && Object.keys(part)[0] in before;
    for (const kind of ALL_KINDS) delete rule[kind];
    if (!isSameKind) delete rule.transforms;
    Object.assign(rule, part);
    if (at < 0) this.#rules.push(rule);
    else this.#rules[at] = rule;
  }

  isFilled(field) {
    return this.#of(field).length > 0;
  }

  #of(field) {
    return this.#rules.filter((rule) => isFor(rule, field));
  }
}

const isFor = (rule, field) => rule.target === field.target || rule.target === field.name;
