import { sheet } from './dom.js';

export const tokens = `
:host {
  --_accent: var(--patchbay-accent, light-dark(#2f5bd3, #9db8ff));
  --_text: var(--patchbay-text, light-dark(#1c2230, #e7eaf2));
  --_muted: var(--patchbay-muted, light-dark(#5c6475, #a3abbd));
  --_line: var(--patchbay-border, light-dark(#c9cfdb, #454c5c));
  --_back: var(--patchbay-background, light-dark(#fff, #1b1f29));
  --_hover: var(--patchbay-hover, light-dark(#eef2fc, #2a3142));
  --_danger: var(--patchbay-danger, light-dark(#b3261e, #ffb4ab));
  --_radius: var(--patchbay-radius, 8px);
  color: var(--_text);
  font: var(--patchbay-font, inherit);
}
:host([hidden]) { display: none !important; }
* { box-sizing: border-box; }
`;

export const style = sheet(tokens + `
:host { display: block; min-inline-size: 0; }
label { display: block; margin-block-end: .375em; font-size: .875em; font-weight: 600; }
label[hidden] { display: none; }
.mark { color: var(--_danger); }
.control {
  display: flex; align-items: center; background: var(--_back); border: 1px solid var(--_line); border-radius: var(--_radius);
  transition: border-color .12s, box-shadow .12s;
}
.control:hover { border-color: var(--_muted); }
.control:focus-within { border-color: var(--_accent); box-shadow: 0 0 0 3px color-mix(in srgb, var(--_accent) 22%, transparent); outline: 2px solid transparent; }
:host(:disabled) .control { opacity: .55; pointer-events: none; }
.control.bad { border-color: var(--_danger); }
input {
  flex: 1; min-inline-size: 0; border: 0; outline: 0; padding: .55em .75em; font: inherit; color: inherit; background: none; text-overflow: ellipsis;
}
input::placeholder { color: var(--_muted); opacity: 1; }
.control button {
  display: grid; place-items: center; inline-size: 2em; block-size: 2em; padding: 0; margin-inline-end: .15em; border: 0; border-radius: 6px;
  background: none; color: var(--_muted); font: inherit; cursor: pointer;
}
.control button:hover { color: var(--_text); }
.control button[hidden] { display: none; }
.chevron { inline-size: .5em; block-size: .5em; border: solid currentcolor; border-width: 0 1.5px 1.5px 0; transform: translateY(-25%) rotate(45deg); }
.spinner { inline-size: 1em; block-size: 1em; flex: none; border: 2px solid var(--_line); border-block-start-color: var(--_accent); border-radius: 50%; animation: turn .8s linear infinite; }
.spinner[hidden] { display: none; }
@keyframes turn { to { transform: rotate(1turn); } }
.popup {
  position: fixed; inset: auto; margin: 0; padding: 4px; overflow: hidden auto; overscroll-behavior: contain; color: inherit;
  background: var(--_back); border: 1px solid var(--_line); border-radius: var(--_radius); box-shadow: 0 8px 28px rgb(15 23 42 / .16);
}
.popup:not(:popover-open) { display: none; }
ul { margin: 0; padding: 0; list-style: none; }
li { display: flex; gap: .75em; align-items: baseline; padding: .45em .65em; border-radius: 6px; cursor: pointer; overflow-wrap: anywhere; }
li:hover { background: color-mix(in srgb, var(--_hover) 60%, transparent); }
li.active { background: var(--_hover); }
li[aria-selected=true] { color: var(--_accent); font-weight: 600; }
li .hint { margin-inline-start: auto; color: var(--_muted); font-size: .8125em; font-weight: 400; white-space: nowrap; }
.note { display: flex; gap: .75em; align-items: center; padding: .6em .65em; color: var(--_muted); font-size: .9375em; }
.note:empty { display: none; }
.note.error { color: var(--_danger); }
.note button {
  margin-inline-start: auto; padding: .3em .7em; border: 1px solid var(--_line); border-radius: 6px; background: none; color: var(--_text); font: inherit; cursor: pointer; white-space: nowrap;
}
.help { margin: .375em 0 0; color: var(--_muted); font-size: .8125em; }
.help.error { color: var(--_danger); }
.help:empty { display: none; }
.told { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) {
  .spinner { animation: none; border-style: dotted; }
  .control { transition: none; }
}
@media (forced-colors: active) {
  li.active { outline: 2px solid Highlight; outline-offset: -2px; }
}
`);
