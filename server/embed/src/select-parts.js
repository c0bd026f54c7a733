import { h } from './dom.js';
import { style } from './select-style.js';

/** Builds what is inside of a drop-down. `on` has what is to happen: type, key, focus, leave, clear, pick, press, scroll. */
export function build(root, on) {
  const parts = {
    text: h('span'),
    mark: h('span', { className: 'mark', ariaHidden: 'true' }),
    input: h('input', {
      id: 'input', part: 'input', type: 'text', role: 'combobox', autocomplete: 'off', autocapitalize: 'off', spellcheck: false,
      ariaAutoComplete: 'list', ariaHasPopup: 'listbox', ariaExpanded: 'false', 'aria-controls': 'list', 'aria-describedby': 'help',
      oninput: on.type, onkeydown: on.key, onfocus: on.focus, onblur: on.leave,
    }),
    spinner: h('span', { className: 'spinner', part: 'spinner', hidden: true }),
    clear: h('button', { type: 'button', part: 'clear', tabIndex: -1, hidden: true, onclick: on.clear }, '×'),
    list: h('ul', { id: 'list', role: 'listbox', part: 'listbox', onclick: on.pick }),
    note: h('div', { className: 'note', part: 'note' }),
    help: h('p', { id: 'help', className: 'help', part: 'help' }),
    told: h('div', { className: 'told', role: 'status' }),
  };
  parts.label = h('label', { htmlFor: 'input', part: 'label' }, parts.text, parts.mark);
  parts.control = h('div', { className: 'control', part: 'control', onclick: on.press },
    parts.input, parts.spinner, parts.clear,
    h('button', { type: 'button', part: 'toggle', tabIndex: -1, ariaHidden: 'true' }, h('span', { className: 'chevron' })));
  parts.popup = h('div', {
    className: 'popup', part: 'popup', popover: 'manual', onscroll: on.scroll,
    onmousedown: (event) => event.preventDefault(), // the input keeps the focus
  }, parts.list, parts.note);
  root.adoptedStyleSheets = [style];
  root.append(parts.label, parts.control, parts.popup, parts.help, parts.told);
  return parts;
}

/** One option in the list. */
export function item(option, index, selected) {
  const made = h('li', { id: `o${index}`, role: 'option', part: 'option', ariaSelected: String(selected) }, h('span', {}, option.text));
  if (option.hint) made.append(h('span', { className: 'hint' }, option.hint));
  made.dataset.at = index;
  return made;
}
