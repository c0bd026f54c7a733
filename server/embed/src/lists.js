import { PatchbayError, aborted } from './errors.js';
import { Reads } from './reads.js';
import { wait } from './wait.js';

const MOST_VALUES = 100; // in one question

/** Dynamic lists: what a drop-down shows. */
export class Lists {
  #reads;
  #typing = new Map(); // list → who is waiting for the typing to pause

  constructor(http) {
    this.#reads = new Reads(http);
  }

  /** One page: { options, nextCursor, truncated, stale, building }. */
  async page(query) {
    const { debounce, signal, refresh, onPreliminary } = query;
    const path = pathOf(query, '', { search: query.search, cursor: query.cursor, limit: query.limit });
    if (debounce && !this.#reads.fresh(path)) await this.#pause(pathOf(query, '', {}), debounce, signal);
    let body, retryAfter;
    for (let again = false; ; again = true) {
      ({ body, retryAfter } = await this.#reads.get(path, { signal, refresh: refresh && !again }));
      if (!body.building) return pageOf(body);
      onPreliminary?.(pageOf(body));
      await wait((retryAfter || 1) * 1000, signal);
    }
  }

  /** Page after page. */
  async *pages(query) {
    let { cursor } = query;
    const seen = new Set();
    do {
      const page = await this.page({ ...query, cursor, refresh: query.refresh && !seen.size });
      yield page;
      cursor = page.nextCursor;
      if (seen.has(cursor)) throw new PatchbayError({ code: 'bad_answer', title: 'Unexpected answer', detail: 'the list goes round in circles' });
      seen.add(cursor);
    } while (cursor);
  }

  /** The options of stored values: { options, missing, truncated }. */
  async resolve(query) {
    const found = { options: [], missing: [], truncated: false };
    for (let i = 0; i < query.values.length; i += MOST_VALUES) {
      const path = pathOf(query, '/resolve', { value: query.values.slice(i, i + MOST_VALUES) });
      const body = await this.#whole(path, query.signal);
      found.options.push(...body.result);
      found.missing.push(...(body.missing || []));
      found.truncated ||= !!body.truncated;
    }
    return found;
  }

  /** The option that a text names: { text, value, how }. */
  async match(query) {
    return this.#whole(pathOf(query, '/match', { text: query.text }), query.signal);
  }

  clear() {
    this.#reads.clear();
  }

  async #whole(path, signal) {
    for (;;) {
      const { body, retryAfter } = await this.#reads.get(path, { signal });
      if (!body.building) return body;
      await wait((retryAfter || 1) * 1000, signal);
    }
  }

  /** Waits until nobody has asked for the same list for a while. Who asked before is let go. */
  async #pause(list, ms, signal) {
    this.#typing.get(list)?.abort();
    const turn = new AbortController();
    const leave = () => turn.abort();
    if (signal?.aborted) throw aborted();
    signal?.addEventListener('abort', leave, { once: true });
    this.#typing.set(list, turn);
    try {
      await wait(ms, turn.signal);
    } finally {
      signal?.removeEventListener('abort', leave);
      if (this.#typing.get(list) === turn) this.#typing.delete(list);
    }
  }
}

function pageOf(body) {
  return {
    options: body.result,
    nextCursor: body.next_cursor,
    truncated: !!body.truncated,
    stale: !!body.stale,
    building: !!body.building,
  };
}

/** The path and query of a list. Fields that have no value are left out. */
function pathOf({ connector, operation, credentialId, authId, input }, verb, more) {
  const query = new URLSearchParams();
  const fields = new Map(Object.entries(input ?? {}));
  for (const [name, value] of Object.entries({ credentialId: credentialId ?? authId, ...more })) {
    if (value !== undefined) fields.set(name, value);
  }
  for (const [name, value] of fields) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined || item === null || item === '') continue;
      query.append(name, typeof item === 'object' ? JSON.stringify(item) : item);
    }
  }
  query.sort(); // the same list is the same path
  const [of, name] = [required({ connector }), required({ operation })].map(encodeURIComponent);
  return `/v1/connectors/${of}/ddl/${name}${verb}?${query}`;
}

export function required(named) {
  const [[name, value]] = Object.entries(named);
  if (typeof value !== 'string' || !value) throw new TypeError(`${name} must be given`);
  return value;
}
