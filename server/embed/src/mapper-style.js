import { sheet } from './dom.js';
import { tokens } from './select-style.js';

export const style = sheet(tokens + `
:host { display: block; container-type: inline-size; }
.label { margin: 0 0 .5em; font-size: .875em; font-weight: 600; }
.label:empty { display: none; }
.table { border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_back); overflow: hidden; }
.head, .row { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 2fr); gap: .5em 1.5em; padding: .75em 1em; align-items: start; }
.head { background: var(--_hover); color: var(--_muted); }
.head span { font-size: .75em; font-weight: 600; letter-spacing: .05em; text-transform: uppercase; }
.row { border-block-start: 1px solid color-mix(in srgb, var(--_line) 55%, transparent); }
.name { padding-block-start: .5em; font-weight: 600; overflow-wrap: anywhere; }
.name .mark { color: var(--_danger); }
.about { margin: .2em 0 0; color: var(--_muted); font-size: .8125em; }
.how, .stack { display: grid; gap: .5em; align-items: start; }
.how { grid-template-columns: repeat(auto-fill, minmax(min(100%, 11.5em), 1fr)); }
select, input {
  display: block; inline-size: 100%; padding: .55em .75em; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_back);
  color: inherit; font: inherit;
}
select:hover, input:hover { border-color: var(--_muted); }
select { appearance: none; padding-inline-end: 2.25em; text-overflow: ellipsis; cursor: pointer; }
.kind { position: relative; }
.kind::after {
  content: ''; position: absolute; inset-block-start: 50%; inset-inline-end: 1.05em; inline-size: .5em; block-size: .5em; pointer-events: none;
  border: solid var(--_muted); border-width: 0 1.5px 1.5px 0; transform: translateY(-70%) rotate(45deg);
}
select:focus-visible, input:focus-visible { border-color: var(--_accent); outline: 3px solid color-mix(in srgb, var(--_accent) 22%, transparent); }
select.unset { color: var(--_muted); }
.kept { padding-block: .55em; color: var(--_muted); font-size: .875em; }
.status { margin: .6em 0 0; color: var(--_muted); font-size: .8125em; }
.status.bad { color: var(--_danger); }
:host(:disabled) .table { opacity: .55; pointer-events: none; }
@container (max-width: 34em) {
  .head { display: none; }
  .row { grid-template-columns: minmax(0, 1fr); }
  .head + .row { border-block-start: 0; }
}
`);
