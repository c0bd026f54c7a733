import { clientOf, onClient, texts } from './client.js';
import { asControl } from './control.js';
import { adopt, fill, h } from './dom.js';
import { style } from './mapper-style.js';
import { Rules } from './rules.js';
import { sourceOptions, targetFields, typed } from './schema.js';

/**
 * <patchbay-mapper>: fills the fields of an operation's input from those of another document. Its value is a mapping
 * document, which the hub carries out.
 */
export class PatchbayMapper extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ['label', 'connector', 'credential-id', 'required'];

  #internals = this.attachInternals();
  #rules = new Rules();
  #fields = [];
  #options = [];
  #sourceSchema;
  #targetSchema;
  #sample;
  #client;
  #parts;
  #rows = new Map(); // field → its parts
  #gone;
  #touched = false;
  #building;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    root.adoptedStyleSheets = [style];
    this.#parts = { label: h('p', { className: 'label', id: 'label', part: 'label' }), table: h('div', { className: 'table', part: 'table', role: 'group' }),
      status: h('p', { className: 'status', part: 'status', role: 'status' }) };
    this.#parts.table.setAttribute('aria-labelledby', 'label');
    root.append(this.#parts.label, this.#parts.table, this.#parts.status);
    for (const type of ['input', 'change']) root.addEventListener(type, (event) => event.stopPropagation());
    this.addEventListener('invalid', () => {
      this.#touched = true;
      this.#show();
    });
  }

  static {
    asControl(this, (element) => element.#internals, ['label', 'name']);
  }

  /** The mapping document. */
  get value() { return this.#rules.document; }
  set value(document) {
    this.#rules = new Rules(typeof document === 'string' ? JSON.parse(document) : document);
    this.#build();
  }
  /** The JSON Schema of the documents that are mapped: an operation's output. */
  get sourceSchema() { return this.#sourceSchema; }
  set sourceSchema(schema) {
    this.#sourceSchema = schema;
    this.#build();
  }
  /** One such document: its values are shown beside the fields. */
  get sample() { return this.#sample; }
  set sample(sample) {
    this.#sample = sample;
    this.#build();
  }
  /** The JSON Schema of what is made: an operation's input. */
  get targetSchema() { return this.#targetSchema; }
  set targetSchema(schema) {
    this.#targetSchema = schema;
    this.#build();
  }
  get client() { return this.#client; }
  set client(client) {
    this.#client = client;
    this.#build();
  }

  connectedCallback() {
    adopt(this, 'client', 'sourceSchema', 'sample', 'targetSchema', 'value');
    this.#gone = new AbortController();
    onClient(() => this.#build(), this.#gone.signal);
    this.#build();
  }

  disconnectedCallback() { this.#gone.abort(); }
  attributeChangedCallback() { this.#build(); }
  formStateRestoreCallback(state) { this.value = state; }

  /** Builds the rows anew, once all that they are made of has been set. */
  #build() {
    if (this.#building) return;
    this.#building = true;
    queueMicrotask(() => {
      this.#building = false;
      if (!this.isConnected || !this.#targetSchema) return;
      this.#fields = targetFields(this.#targetSchema);
      this.#options = sourceOptions(this.#sourceSchema, this.#sample);
      this.#rows.clear();
      const words = texts();
      this.#parts.label.textContent = this.getAttribute('label') ?? '';
      this.#parts.table.replaceChildren(
        h('div', { className: 'head', ariaHidden: 'true' }, h('span', {}, words.target), h('span', {}, words.source)),
        ...this.#fields.map((field, at) => this.#row(field, at)),
      );
      for (const field of this.#fields) this.#edit(field);
      this.#show();
    });
  }

  #row(field, at) {
    const words = texts();
    const kinds = [['', words.nothing], ['source', words.field], ['value', words.fixed]];
    if (field.type === 'string' || field.type === 'any') kinds.push(['template', words.template]);
    if (field.lookup) kinds.push(['lookup', words.lookup]);
    const kind = h('select', { part: 'kind', ariaLabel: fill(words.how, field), onchange: () => this.#turn(field, kind.value) },
      ...kinds.map(([value, text]) => h('option', { value }, text)));
    const how = h('div', { className: 'how' }, h('span', { className: 'kind' }, kind));
    this.#rows.set(field, { at, kind, how });
    const name = h('div', { className: 'name', id: `n${at}` }, field.label);
    if (field.required) name.append(h('span', { className: 'mark', ariaHidden: 'true' }, ' *'));
    const row = h('div', { className: 'row', part: 'row', role: 'group' },
      h('div', {}, name, ...(field.description ? [h('p', { className: 'about' }, field.description)] : [])), how);
    row.setAttribute('aria-labelledby', `n${at}`);
    return row;
  }

  /** Shows what fills a field, and lets it be changed. */
  #edit(field) {
    const { kind: chooser, how } = this.#rows.get(field);
    const words = texts();
    const { kind = chooser.value, rule } = this.#rules.of(field); // without a rule, the person has still to say with what
    if (kind === 'advanced' && chooser.value !== 'advanced') chooser.prepend(h('option', { value: 'advanced', hidden: true }, '…'));
    chooser.value = kind;
    this.#editor(field, kind, rule, how, words);
  }

  #editor(field, kind, rule, how, words) {
    const chooser = how.firstElementChild;
    chooser.firstElementChild.classList.toggle('unset', !kind);
    const editors = {
      '': () => [],
      advanced: () => [h('div', { className: 'kept' }, words.advanced)],
      source: () => [this.#picker(field, rule?.source, (source) => this.#fill(field, { source }))],
      lookup: () => [this.#picker(field, rule?.lookup.from, (from) => this.#fill(field, { lookup: this.#lookup(field, from, rule) }))],
      template: () => [this.#template(field, rule?.template)],
      value: () => [this.#fixed(field, rule?.value)],
    };
    while (chooser.nextSibling) chooser.nextSibling.remove(); // the chooser itself keeps the focus
    how.append(...editors[kind]());
  }

  /** The person wants another way to fill a field. Until it says with what, it is not filled. */
  #turn(field, kind) {
    this.#rules.set(field, undefined);
    const { how } = this.#rows.get(field);
    this.#editor(field, kind, undefined, how, texts());
    for (const other of this.#fields) {
      const depends = Object.values(other.lookup?.input ?? {}).includes(field.name);
      if (depends && this.#rows.get(other).kind.value === 'value') this.#edit(other);
    }
    this.#changed();
  }

  #fill(field, part) {
    const [given] = Object.values(part);
    const isNothing = given === '' || given === undefined || (given.from === '');
    this.#rules.set(field, isNothing ? undefined : part);
    this.#changed();
  }

  #select(field, properties) {
    const select = document.createElement('patchbay-select');
    select.setAttribute('aria-label', field.label);
    select.setAttribute('exportparts', 'control, input, popup, option');
    Object.assign(select, { client: clientOf(this), ...properties });
    return select;
  }

  #picker(field, path, picked) {
    const options = path && !this.#options.some(({ value }) => value === path) ? [...this.#options, { text: path, value: path }] : this.#options;
    const select = this.#select(field, { options, value: path ?? '', placeholder: texts().pickField });
    select.toggleAttribute('allow-custom', true);
    select.addEventListener('change', () => picked(select.value));
    return select;
  }

  #template(field, template) {
    const text = h('input', { value: template ?? '', ariaLabel: field.label, onchange: () => this.#fill(field, { template: text.value }) });
    text.setSelectionRange(text.value.length, text.value.length); // what is inserted goes to the end at first
    const insert = this.#select(field, { options: this.#options, placeholder: texts().insertField });
    insert.addEventListener('change', () => {
      if (!insert.value) return;
      text.setRangeText(`{{${insert.value}}}`, text.selectionEnd, text.selectionEnd, 'end'); // Tab selects it all: nothing is replaced
      insert.value = '';
      text.focus();
      this.#fill(field, { template: text.value });
    });
    return h('div', { className: 'stack' }, text, insert);
  }

  /** A fixed value is chosen from the service's own list if there is one and all that it depends on is fixed too. */
  #fixed(field, value) {
    const { at } = this.#rows.get(field);
    const text = value === undefined ? '' : String(value);
    const taken = (given) => this.#fill(field, { value: given });
    const depends = Object.entries(field.lookup?.input ?? {}).map(([input, path]) => [input, this.#fields.find(({ name }) => name === path)]);
    const listed = field.lookup && this.getAttribute('connector') && depends.every(([, on]) => on && this.#rows.get(on).kind.value === 'value');
    if (!listed && !field.choices) {
      const input = h('input', { id: `v${at}`, value: text, ariaLabel: field.label, onchange: () => taken(input.value && typed(input.value, field.type)) });
      if (field.type === 'integer' || field.type === 'number') input.inputMode = 'decimal';
      return input;
    }
    const select = this.#select(field, listed
      ? { ...operationOf(field.lookup.operation, this.getAttribute('connector')), value: text }
      : { options: field.choices, value: text });
    select.id = `v${at}`;
    if (listed) {
      if (this.hasAttribute('credential-id')) select.credentialId = this.getAttribute('credential-id');
      select.setAttribute('depends-on', depends.map(([input, on]) => `${input}=v${this.#rows.get(on).at}`).join(' '));
      select.toggleAttribute('allow-custom', true);
    }
    select.addEventListener('change', () => taken(select.value && (select.option?.value ?? typed(select.value, field.type))));
    return select;
  }

  /** The rule's lookup: its further inputs are what fills the fields that they are taken from. */
  #lookup(field, from, rule) {
    const { connector, operation } = operationOf(field.lookup.operation, this.getAttribute('connector'));
    const input = {};
    for (const [name, path] of Object.entries(field.lookup.input ?? {})) {
      const on = this.#fields.find((other) => other.name === path);
      const { kind, rule: other } = on ? this.#rules.of(on) : {};
      if (kind === 'source') input[name] = other.source;
      if (kind === 'value') input[name] = { value: other.value };
    }
    return {
      ...rule?.lookup,
      operation: `${connector}.${operation}`,
      ...(this.hasAttribute('credential-id') && { credential: this.getAttribute('credential-id') }),
      from,
      ...(Object.keys(input).length && { input }),
    };
  }

  #changed() {
    for (const field of this.#fields) { // what a lookup goes by may have changed
      const { kind, rule } = this.#rules.of(field);
      if (kind === 'lookup' && field.lookup?.input) this.#rules.set(field, { lookup: this.#lookup(field, rule.lookup.from, rule) });
    }
    this.#show();
    for (const type of ['input', 'change']) this.dispatchEvent(new Event(type, { bubbles: true, composed: type === 'input' }));
  }

  #show() {
    const missing = this.#fields.filter((field) => field.required && !this.#rules.isFilled(field));
    const n = this.#fields.filter((field) => this.#rules.isFilled(field)).length;
    const words = texts();
    const counted = fill(words.filled, { n, all: this.#fields.length });
    const told = missing.length ? `${counted} ${fill(words.missing, { labels: missing.map(({ label }) => label).join(', ') })}` : counted;
    const { status } = this.#parts;
    if (status.textContent !== told) status.textContent = told;
    const bad = missing.length > 0 && this.hasAttribute('required');
    status.classList.toggle('bad', bad && this.#touched);
    this.#internals.setFormValue(JSON.stringify(this.#rules.document));
    const anchor = this.#rows.get(missing[0])?.kind;
    this.#internals.setValidity(bad ? { valueMissing: true } : {}, bad ? told : '', anchor);
  }
}

/** An operation is named with its connector, or without if it is the one at hand. */
function operationOf(name, connector) {
  const [of, operation] = name.includes('.') ? name.split('.') : [connector, name];
  return { connector: of, operation };
}
