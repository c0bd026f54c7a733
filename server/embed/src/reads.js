import { Cache } from './cache.js';
import { aborted } from './errors.js';
import { until } from './wait.js';

const MOST = 200; // answers kept

/** Reads of the hub that are kept as long as the hub says, asked for again by ETag, and shared by who asks for the same. */
export class Reads {
  #http;
  #cache = new Cache(MOST);
  #underway = new Map();

  constructor(http) {
    this.#http = http;
  }

  /** What is kept and still fresh, at once. */
  fresh(path) {
    const kept = this.#cache.get(path);
    return kept && Date.now() < kept.freshUntil ? kept.body : undefined;
  }

  /** Gives the body, and what the hub's Retry-After says. */
  async get(path, { signal, refresh } = {}) {
    if (signal?.aborted) throw aborted();
    const fresh = refresh ? undefined : this.fresh(path);
    if (fresh) return { body: fresh };
    return this.#share(refresh ? path + '&refresh=true' : path, signal, (shared) => this.#fetch(path, refresh, shared));
  }

  clear() {
    this.#cache.clear();
  }

  async #fetch(path, refresh, signal) {
    const kept = refresh ? undefined : this.#cache.get(path);
    const answer = await this.#http.send({
      path: refresh ? path + '&refresh=true' : path,
      read: true,
      signal,
      headers: kept?.etag && { 'If-None-Match': kept.etag },
    });
    const body = answer.status === 304 ? kept.body : answer.body;
    const control = answer.headers.get('Cache-Control') || '';
    if (!control.includes('no-store')) {
      const age = Number(/max-age=(\d+)/.exec(control)?.[1] || 0);
      this.#cache.set(path, { body, etag: answer.headers.get('ETag'), freshUntil: Date.now() + age * 1000 });
    }
    return { body, retryAfter: Number(answer.headers.get('Retry-After') || 0) };
  }

  /** One request for all who ask for the same meanwhile. It is given up when none of them wants it any more. */
  #share(key, signal, start) {
    let shared = this.#underway.get(key);
    if (!shared) {
      const controller = new AbortController();
      shared = { controller, waiting: 0, promise: start(controller.signal).finally(() => this.#forget(key, shared)) };
      shared.promise.catch(() => {}); // all who wait may have gone
      this.#underway.set(key, shared);
    }
    shared.waiting++;
    return until(shared.promise, signal, () => {
      if (--shared.waiting > 0) return;
      shared.controller.abort();
      this.#forget(key, shared);
    });
  }

  #forget(key, shared) {
    if (this.#underway.get(key) === shared) this.#underway.delete(key);
  }
}
