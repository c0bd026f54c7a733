import { clientOf, onClient, texts } from './client.js';
import { asControl } from './control.js';
import { dependencies, nameOf } from './depends.js';
import { adopt, fill, h } from './dom.js';
import { Options } from './options.js';
import { Popup } from './popup.js';
import { obey } from './select-keys.js';
import { build, item } from './select-parts.js';

const REFLECTED = ['connector', 'operation', 'label', 'placeholder', 'name'];

/** <patchbay-select>: a drop-down of a dynamic list, or of `options` that the page gives. */
export class PatchbaySelect extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = [...REFLECTED, 'credential-id', 'inputs', 'depends-on', 'value', 'required', 'aria-label'];

  #internals = this.attachInternals();
  #value = '';
  #option = null;
  #missing = false;
  #options = new Options((appended) => this.#render(appended));
  #static;
  #inputs;
  #client;
  #active = -1;
  #from = 'chosen'; // where to begin when the options are there: chosen, first, last
  #typed = false;
  #touched = false;
  #gone;
  #resolving;
  #reported;
  #updating;
  #waitsFor;
  #parts;
  #popup;

  constructor() {
    super();
    this.#parts = build(this.attachShadow({ mode: 'open', delegatesFocus: true }), {
      type: () => this.#type(),
      key: (event) => this.#key(event),
      focus: () => this.#follow() && this.#options.find(''),
      leave: () => this.#leave(),
      clear: () => this.#choose(null),
      pick: (event) => this.#clicked(event),
      press: (event) => this.#press(event),
      scroll: () => this.#scrolled(),
    });
    this.#popup = new Popup(this.#parts.control, this.#parts.popup);
    this.addEventListener('invalid', () => this.#touch());
  }

  static {
    asControl(this, (element) => element.#internals, REFLECTED);
  }

  // What the page sets and reads.

  get value() { return this.#value; }
  set value(value) { this.#set(value === null || value === undefined ? '' : String(value), null); }
  /** The chosen option as the list has it, if it is known. */
  get option() { return this.#option; }
  get options() { return this.#static; }
  set options(options) {
    this.#static = options?.map((option) => (typeof option === 'object' ? option : { text: String(option), value: option }));
    this.#update();
  }
  get inputs() { return this.#inputs ?? JSON.parse(this.getAttribute('inputs') || '{}'); }
  set inputs(inputs) {
    this.#inputs = inputs;
    this.#update();
  }
  get client() { return this.#client; }
  set client(client) {
    this.#client = client;
    this.#update();
  }
  get credentialId() { return this.getAttribute('credential-id') ?? undefined; }
  set credentialId(id) { this.setAttribute('credential-id', id); }
  get required() { return this.hasAttribute('required'); }
  set required(on) { this.toggleAttribute('required', !!on); }
  get disabled() { return this.hasAttribute('disabled'); }
  set disabled(on) { this.toggleAttribute('disabled', !!on); }
  get type() { return 'patchbay-select'; }
  /** Reads the list anew from the service. */
  refresh() { return this.#follow() ? this.#options.again(true) : undefined; }
  open() { this.#open(); }
  close() { this.#close(); }

  // What the browser calls.

  connectedCallback() {
    adopt(this, 'client', 'options', 'inputs', 'value', 'required', 'disabled', ...REFLECTED);
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.getRootNode().addEventListener('change', (event) => this.#changed(event.target), { signal });
    onClient(() => this.#update(), signal);
    this.#update();
  }

  disconnectedCallback() {
    this.#gone.abort();
    this.#close();
    this.#options.stop();
  }

  attributeChangedCallback(name, _, value) {
    if (name === 'value') this.value = value;
    else this.#update();
  }

  formResetCallback() { this.value = this.getAttribute('value'); }
  formStateRestoreCallback(state) { this.value = state; }
  formDisabledCallback(disabled) {
    this.#parts.input.disabled = disabled;
    if (disabled) this.#close();
  }

  // What is inside.

  /** Brings everything in line with the attributes, once they have all been set. */
  #update() {
    if (!this.isConnected || this.#updating) return;
    this.#updating = true;
    queueMicrotask(() => {
      this.#updating = false;
      if (!this.isConnected) return;
      const { text, mark, input, list, clear } = this.#parts;
      const label = this.getAttribute('label') ?? '';
      const name = label || this.getAttribute('aria-label') || nameOf(this, this.getAttribute('name') ?? '');
      text.textContent = label;
      this.#parts.label.hidden = !label;
      mark.textContent = label && this.required ? ' *' : '';
      input.ariaLabel = list.ariaLabel = name;
      input.ariaRequired = String(this.required);
      clear.ariaLabel = texts().clear;
      const follows = this.#follow();
      this.#resolve();
      this.#show();
      if (!this.#popup.open) return;
      if (follows) this.#options.find(this.#typed ? input.value.trim() : '');
      this.#render();
    });
  }

  /** Which list it is, if there is one: without all that it depends on, there is none. */
  #list() {
    const { connector, operation, credentialId } = this;
    const input = { ...this.inputs };
    this.#waitsFor = undefined;
    for (const { input: name, id, element } of dependencies(this)) {
      if (!element?.value) this.#waitsFor ??= nameOf(element, id);
      input[name] = element?.value;
    }
    const isList = connector && operation && clientOf(this) && !this.#waitsFor;
    return isList ? { connector, operation, credentialId, input } : undefined;
  }

  /** Takes up the list that it is now. */
  #follow() {
    const items = this.#static;
    const list = items ? undefined : this.#list();
    const query = list && { ...list, limit: Number(this.getAttribute('page-size')) || undefined };
    this.#options.use(items ? { key: items, items } : query && { key: JSON.stringify(query), client: clientOf(this), query });
    return !!(items || list);
  }

  /** Finds the text of a value that was stored. */
  async #resolve() {
    const value = this.#value;
    if (!value || this.#option) return;
    const known = (this.#static ?? this.#options.items).find((option) => String(option.value) === value);
    if (known || this.#static) return this.#resolved(known, !known);
    const list = this.#list();
    const question = JSON.stringify([list, value]);
    if (!list || this.#resolving === question) return;
    this.#resolving = question;
    try {
      const { options, truncated } = await clientOf(this).resolve({ ...list, values: [value], signal: this.#gone.signal });
      if (value === this.#value && !this.#option) this.#resolved(options[0], !options.length && !truncated);
    } catch (error) {
      if (error.code !== 'aborted') this.#report(error);
    }
    if (this.#resolving === question) this.#resolving = undefined;
  }

  #resolved(option, missing) {
    this.#option = option ?? null;
    this.#missing = missing;
    this.#show();
  }

  #set(value, option) {
    this.#value = value;
    this.#option = option;
    this.#missing = false;
    this.#typed = false;
    if (value && !option) this.#update();
    this.#show();
  }

  /** What the person has chosen, or nothing. */
  #choose(option) {
    const value = option ? String(option.value) : '';
    const isNew = value !== this.#value;
    this.#set(value, option);
    this.#close();
    if (!isNew) return;
    if (option) this.#tell(fill(texts().chosen, option));
    this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** Something that the list depends on has changed: what was chosen from the old one says nothing in the new one. */
  #changed(target) {
    if (target === this || !dependencies(this).some(({ element }) => element === target)) return;
    const follows = this.#follow();
    this.#choose(null);
    if (follows) this.#options.find('');
    this.#show();
  }

  // Showing.

  #show() {
    const { input, clear, help, control } = this.#parts;
    const words = texts();
    if (!this.#typed) input.value = this.#option?.text ?? this.#value;
    input.placeholder = this.#waitsFor ? fill(words.first, { label: this.#waitsFor }) : this.getAttribute('placeholder') ?? '';
    clear.hidden = !this.#value || this.required;
    const empty = this.required && !this.#value;
    this.#internals.setFormValue(this.#value || null);
    this.#internals.setValidity(empty ? { valueMissing: true } : {}, empty ? words.required : '', input);
    const bad = this.#touched && empty;
    control.classList.toggle('bad', bad);
    help.classList.toggle('error', bad);
    input.ariaInvalid = String(bad);
    help.textContent = bad ? words.required : this.#missing ? words.gone : this.getAttribute('help') ?? '';
  }

  #render(appended) {
    const { list, spinner, input } = this.#parts;
    const { items, loading, error } = this.#options;
    spinner.hidden = !loading;
    input.ariaBusy = String(loading);
    if (error && error !== this.#reported) this.#report(error);
    const begin = appended ? list.children.length : 0;
    if (!loading || items.length) {
      const made = items.slice(begin).map((option, i) => item(option, begin + i, String(option.value) === this.#value));
      if (appended) list.append(...made);
      else list.replaceChildren(...made);
    }
    if (!appended) this.#activate(this.#popup.open && !this.#options.old ? this.#start() : -1);
    this.#note();
    if (this.#popup.open) this.#popup.place();
    if (!loading) this.#resolve();
  }

  /** Says below the options, and to who cannot see them, how things are. */
  #note() {
    const { note, list } = this.#parts;
    const { items, loading, error, more, truncated, search } = this.#options;
    const words = texts();
    const said = this.#waitsFor ? fill(words.first, { label: this.#waitsFor })
      : error ? sentence(error.detail) || words.failed
        : loading ? (items.length ? '' : words.loading)
          : !items.length ? (search ? fill(words.noMatch, { search }) : words.none)
            : truncated && !more ? words.longer : '';
    note.classList.toggle('error', !!error);
    note.replaceChildren(said);
    if (error) note.append(h('button', { type: 'button', part: 'retry', tabIndex: -1, onclick: () => this.#options.again() }, words.retry));
    list.hidden = !!error && !items.length;
    if (!this.#popup.open) return;
    const n = items.length;
    const count = more ? words.countMore : n === 1 ? words.one : words.count;
    this.#tell(error ? `${said} ${words.retryKey}` : loading || !n || this.#waitsFor ? said || words.loading : fill(count, { n }));
  }

  #tell(text) {
    if (this.#parts.told.textContent !== text) this.#parts.told.textContent = text;
  }

  #report(error) {
    this.#reported = error;
    this.dispatchEvent(new CustomEvent('patchbay-error', { detail: error, bubbles: true, composed: true }));
  }

  #chosenAt() {
    return this.#value ? this.#options.items.findIndex((option) => String(option.value) === this.#value) : -1;
  }

  #start() {
    const last = this.#options.items.length - 1;
    if (this.#typed) return Math.min(0, last);
    const chosen = this.#chosenAt();
    if (chosen >= 0 || this.#from === 'chosen') return chosen;
    return this.#from === 'first' ? Math.min(0, last) : last;
  }

  #activate(at) {
    const { list, input } = this.#parts;
    list.querySelector('.active')?.classList.remove('active');
    this.#active = at;
    const now = list.children[at];
    now?.classList.add('active');
    if (now && this.#popup.open) {
      input.setAttribute('aria-activedescendant', now.id);
      now.scrollIntoView({ block: 'nearest' });
    } else {
      input.removeAttribute('aria-activedescendant');
    }
  }

  // What the person does.

  #open(from = 'chosen') {
    if (this.#popup.open || this.#parts.input.disabled) return;
    this.#from = from;
    this.#popup.show();
    if (!this.#typed) this.#parts.input.select(); // typing searches anew
    this.#parts.input.ariaExpanded = 'true';
    if (this.#follow()) this.#options.find(this.#typed ? this.#parts.input.value.trim() : '');
    this.#render();
  }

  #close() {
    if (!this.#popup.open) return;
    this.#popup.hide();
    this.#parts.input.ariaExpanded = 'false';
    this.#activate(-1);
    this.#tell('');
  }

  #press(event) {
    if (event.target.closest('[part=clear]')) return this.#parts.input.focus();
    this.#parts.input.focus();
    if (!this.#popup.open) this.#open();
    else if (event.target !== this.#parts.input) this.#close();
  }

  #clicked(event) {
    const clicked = event.target.closest('li');
    if (clicked) this.#choose(this.#options.items[clicked.dataset.at]);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#parts.popup;
    if (scrollHeight - scrollTop - clientHeight < 64) this.#options.next();
  }

  #type() {
    this.#typed = true;
    this.#open();
    if (this.#follow()) this.#options.find(this.#parts.input.value.trim(), Number(this.getAttribute('debounce') ?? 200));
  }

  /** Leaving it: an empty text chooses nothing, the very text of an option chooses that, and any other text is forgotten. */
  #leave() {
    if (this.#typed) {
      const text = this.#parts.input.value.trim();
      const same = this.#options.items.find((option) => option.text.toLowerCase() === text.toLowerCase());
      if (!text && !this.required) this.#choose(null);
      else if (text && same) this.#choose(same);
      else if (text && this.hasAttribute('allow-custom')) this.#choose({ text, value: text });
    }
    this.#close();
    this.#touch();
  }

  #touch() {
    this.#touched = true;
    this.#typed = false;
    this.#show();
  }

  #key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const items = this.#options.items;
    const state = { isOpen: this.#popup.open, at: this.#active, last: items.length - 1 };
    const obeyed = obey(event, state, {
      submit: () => this.form?.requestSubmit(),
      open: (from) => this.#open(from),
      close: () => this.#close(),
      move: (at) => this.#move(at),
      take: () => this.#take(items[this.#active]),
      pass: () => items[this.#active] && !this.#typed && this.#choose(items[this.#active]),
      cancel: () => this.#cancel(),
    });
    if (obeyed) event.preventDefault();
  }

  #take(option) {
    if (this.#options.error) this.#options.again();
    else if (option) this.#choose(option);
    else if (!this.#options.loading) this.#leave();
  }

  #cancel() {
    this.#typed = false;
    this.#close();
    this.#show();
  }

  /** Moves to an option. Past the last one it loads more, and stays until they are there. */
  async #moveOn(at) {
    await this.#options.next();
    if (this.#popup.open && at < this.#options.items.length) this.#activate(at);
  }

  #move(at) {
    const last = this.#options.items.length - 1;
    if (at > last && this.#options.more) this.#moveOn(at);
    else this.#activate(Math.min(at, last));
  }
}

/** Begins a text with a capital letter. */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
