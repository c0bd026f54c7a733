/** What a form control has of its form, for an element whose internals `of` gives. Attributes are read as properties. */
export function asControl(element, of, reflected) {
  const { prototype } = element;
  for (const name of ['form', 'labels', 'validity', 'validationMessage', 'willValidate']) {
    define(prototype, name, { get() { return of(this)[name]; } });
  }
  for (const name of ['checkValidity', 'reportValidity']) {
    define(prototype, name, { value() { return of(this)[name](); }, writable: true });
  }
  for (const name of reflected) {
    define(prototype, name, {
      get() { return this.getAttribute(name) ?? ''; },
      set(value) { this.setAttribute(name, value); },
    });
  }
}

const define = (prototype, name, property) => Object.defineProperty(prototype, name, { configurable: true, ...property });
