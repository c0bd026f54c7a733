/** A code of the hub (docs/reference/errors.md), or one of the browser's side. */
export type ErrorCode =
  | 'malformed_request' | 'invalid_input' | 'unauthenticated' | 'forbidden' | 'not_found' | 'method_not_allowed' | 'conflict'
  | 'too_large' | 'unsupported_media_type' | 'rate_limited' | 'destination_refused' | 'not_configured' | 'credential_rejected'
  | 'upstream_forbidden' | 'upstream_not_found' | 'upstream_rejected' | 'upstream_failed' | 'upstream_unreachable'
  | 'upstream_timeout' | 'outcome_unknown' | 'canceled' | 'unavailable' | 'internal'
  | BrowserCode;

/** What goes wrong on the browser's side. */
export type BrowserCode =
  /** The caller's signal was aborted, or a later search took the place of this one. */
  | 'aborted'
  /** The answer is not one of a hub. */
  | 'bad_answer'
  /** No answer in time. */
  | 'timeout'
  /** getToken() failed. */
  | 'token_unavailable'
  /** No connection, or the hub does not answer to pages of this origin. */
  | 'unreachable';

export type Reason =
  | 'token_invalid' | 'token_expired' | 'token_revoked' | 'origin_not_allowed' | 'credential_not_allowed'
  | 'operation_not_allowed' | 'path_not_allowed' | 'budget_spent' | 'ambiguous' | 'no_match';

export interface Fault {
  /** JSON pointer into the body that was sent. */
  pointer: string;
  detail: string;
}

/** Everything that goes wrong is one of these. Its name is AbortError if the code is aborted. */
export declare class PatchbayError extends Error {
  readonly code: ErrorCode;
  readonly reason?: Reason;
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly faults: Fault[];
  readonly suggestions: string[];
  /** Of an ambiguous match. */
  readonly candidates: Option[];
  readonly retryable: boolean;
  /** Seconds. */
  readonly retryAfter?: number;
  readonly requestId?: string;
  readonly upstream?: { status: number; code?: string; request_id?: string; body?: unknown };
  /** Of outcome_unknown: the call that finds out. */
  readonly resolve?: { operation: string; input: unknown; found?: string };
}

/** A token, or the hub's answer to POST /v1/embed/tokens. */
export type Token = string | { token: string; expires?: string };

export interface Settings {
  /** The hub's address. Not needed if the hub served this module. */
  baseUrl?: string;
  /** One token, for a page that does not live longer than it. */
  token?: Token;
  /** Asks your own server for a token: at first, a bit before one expires, and when the hub refuses one. */
  getToken?: () => Token | Promise<Token>;
  /** In place of the browser's. */
  fetch?: typeof fetch;
  /** Milliseconds that one request may take; 60,000 if not given. */
  timeout?: number;
}

/** One choice. Options of some lists have more fields. */
export interface Option {
  text: string;
  value: string | number;
  [more: string]: unknown;
}

export interface List {
  connector: string;
  /** The name of a DDL operation, such as list_channels_ddl. */
  operation: string;
  credentialId?: string;
  /** The same as credentialId. */
  authId?: string;
  /** Further inputs of the list. */
  input?: Record<string, unknown>;
  signal?: AbortSignal;
}

export interface Query extends List {
  search?: string;
  /** The nextCursor of an earlier page of the same search. */
  cursor?: string;
  /** Options on a page, 1 to 1000; 100 if not given. */
  limit?: number;
  /** Reads the list anew from the service. */
  refresh?: boolean;
  /** Waits so many milliseconds for another search of the same list, which takes the place of this one. */
  debounce?: number;
  /** Called with what has been gathered so far while a long list is read for the first time. */
  onPreliminary?: (page: Page) => void;
}

export interface Page {
  options: Option[];
  nextCursor?: string;
  /** The service has more than the hub lists at all. */
  truncated: boolean;
  /** An older list; the hub is reading a new one. */
  stale: boolean;
  /** Of a preliminary page. */
  building: boolean;
}

export interface Resolved {
  /** Of the values that were found, in the order asked. */
  options: Option[];
  missing: string[];
  /** The list is longer than was looked through: a missing one may exist. */
  truncated: boolean;
}

export interface Match extends Option {
  how: 'exact' | 'folded' | 'prefix';
  stale?: boolean;
}

export interface Call {
  connector: string;
  /** Not looked at: a hub has one version of each connector. */
  version?: string;
  operation: string;
  authId?: string;
  /** The same as authId. */
  credentialId?: string;
  input?: Record<string, unknown>;
  timeoutMs?: number;
  /** "read" lets the call be repeated after Retry-After. DDL operations are known to be reads. */
  effect?: 'read';
  /** Of a write; one is made for each call if none is given. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface Patchbay {
  readonly baseUrl: string;
  /** One page of a dynamic list. Answers are kept for as long as the hub says. */
  ddl(query: Query): Promise<Page>;
  /** Page after page: for await (const page of patchbay.pages(…)). */
  pages(query: Query): AsyncIterableIterator<Page>;
  /** The options of stored values. */
  resolve(query: List & { values: (string | number)[] }): Promise<Resolved>;
  /** The option that a text names. */
  match(query: List & { text: string }): Promise<Match>;
  /** Runs an operation and gives its output. Writes are never repeated, but for a token that was renewed. */
  callConnector<Output = any>(call: Call): Promise<Output>;
  /** Forgets the lists that are kept. */
  clear(): void;
}

export declare function createPatchbay(settings?: Settings): Patchbay;
