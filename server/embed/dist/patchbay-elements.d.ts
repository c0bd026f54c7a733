import type { Option, Patchbay, PatchbayError } from './patchbay.js';

/** The words of the elements; {places} are filled in. */
export interface Texts {
  none: string; noMatch: string; loading: string; count: string; one: string; countMore: string; longer: string; first: string;
  gone: string; failed: string; retry: string; retryKey: string; chosen: string; clear: string; required: string; target: string;
  source: string; how: string; nothing: string; field: string; fixed: string; template: string; lookup: string; pickField: string; insertField: string;
  advanced: string; filled: string; missing: string;
}

/** Gives all elements of the page their client, and texts in place of the English ones. */
export declare function usePatchbay(client: Patchbay, options?: { texts?: Partial<Texts> }): void;

/**
 * <patchbay-select>. Attributes: connector, operation, credential-id, inputs (JSON), depends-on ("input=id …"), value, label,
 * placeholder, help, name, required, disabled, page-size, debounce (ms), allow-custom. Events: input, change, patchbay-error.
 * Parts: label, control, input, clear, toggle, spinner, popup, listbox, option, note, retry, help.
 */
export declare class PatchbaySelect extends HTMLElement {
  client?: Patchbay;
  connector: string;
  operation: string;
  credentialId: string | undefined;
  label: string;
  placeholder: string;
  name: string;
  /** Further inputs of the list. */
  inputs: Record<string, unknown>;
  /** A list of the page's own, in place of one of the hub. */
  get options(): (Option & { hint?: string })[] | undefined;
  set options(options: (Option & { hint?: string } | string | number | boolean)[] | undefined);
  /** The value of the chosen option as text; '' if there is none. */
  get value(): string;
  set value(value: string | number | null | undefined);
  /** The chosen option as the list has it, once it is known. */
  readonly option: Option | null;
  required: boolean;
  disabled: boolean;
  readonly form: HTMLFormElement | null;
  readonly labels: NodeList;
  readonly type: 'patchbay-select';
  readonly validity: ValidityState;
  readonly validationMessage: string;
  readonly willValidate: boolean;
  checkValidity(): boolean;
  reportValidity(): boolean;
  /** Reads the list anew from the service. */
  refresh(): Promise<void> | undefined;
  open(): void;
  close(): void;
}

/** A mapping document (docs/mapping.md). */
export interface MappingDocument {
  version: 1;
  name?: string;
  source?: { operation: string; document?: 'output' | 'input'; items?: string };
  target?: { operation: string };
  rules: ({ target: string } & Record<string, unknown>)[];
}

/**
 * <patchbay-mapper>. Attributes: connector and credential-id (of the target, for its drop-downs), label, name, required.
 * Events: input, change, patchbay-error. Parts: label, table, row, kind, status.
 */
export declare class PatchbayMapper extends HTMLElement {
  client?: Patchbay;
  /** The JSON Schema of the documents that are mapped: an operation's output. */
  sourceSchema: object | undefined;
  /** One such document: its values are shown beside the fields. */
  sample: unknown;
  /** The JSON Schema of what is made: an operation's input. */
  targetSchema: object | undefined;
  get value(): MappingDocument;
  set value(document: MappingDocument | string | null | undefined);
  label: string;
  name: string;
  readonly form: HTMLFormElement | null;
  readonly labels: NodeList;
  readonly willValidate: boolean;
  readonly validity: ValidityState;
  readonly validationMessage: string;
  checkValidity(): boolean;
  reportValidity(): boolean;
}

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-select': PatchbaySelect;
    'patchbay-mapper': PatchbayMapper;
  }
  interface HTMLElementEventMap {
    'patchbay-error': CustomEvent<PatchbayError>;
  }
}
