import { PatchbayError, aborted, refusal } from './errors.js';
import { Session } from './session.js';
import { until, wait } from './wait.js';

const ATTEMPTS = 4; // of a read
const LONGEST_WAIT = 10_000; // between two of them
const FIRST_WAIT = 250;

/** Sends requests with a token that is valid, and repeats what may be repeated. */
export class Http {
  #base;
  #session;
  #fetch;
  #timeout;

  constructor({ baseUrl, token, getToken, fetch, timeout = 60_000 }) {
    this.#base = String(baseUrl).replace(/\/+$/, '');
    this.#session = new Session({ token, getToken });
    this.#fetch = fetch ?? globalThis.fetch.bind(globalThis);
    this.#timeout = timeout;
  }

  /**
   * Gives { status, headers, body } of a success or a 304. `read` says that the request may be repeated: after
   * Retry-After, or a growing pause, as long as that is bearable.
   */
  async send(request) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#withToken(request);
      } catch (error) {
        const pause = error.retryAfter === undefined
          ? FIRST_WAIT * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
          : error.retryAfter * 1000;
        if (!request.read || !error.retryable || attempt >= ATTEMPTS || pause > LONGEST_WAIT) throw error;
        await wait(pause, request.signal);
      }
    }
  }

  /** One request; if its token turns out to be good for nothing any more, once more with a new one. */
  async #withToken(request) {
    const token = await until(this.#session.take(), request.signal);
    try {
      return await this.#once(request, token);
    } catch (error) {
      if (!this.#session.mends(error, token)) throw error;
      const renewed = await until(this.#session.renew(token), request.signal).catch((failure) => {
        throw error.status ? failure : error;
      });
      return this.#once(request, renewed);
    }
  }

  async #once({ method = 'GET', path, body, headers, signal }, token) {
    const late = AbortSignal.timeout(this.#timeout);
    const either = signal ? AbortSignal.any([signal, late]) : late;
    let response, text;
    try {
      response = await this.#fetch(this.#base + path, {
        method,
        signal: either,
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }), ...headers },
        body: body && JSON.stringify(body),
      });
      text = await response.text();
    } catch (cause) {
      throw unanswered(cause, signal, late);
    }
    if (response.status === 304) return { status: 304, headers: response.headers };
    const answer = parsed(text);
    if (!response.ok || answer === undefined) throw refusal(response, answer);
    return { status: response.status, headers: response.headers, body: answer };
  }
}

function unanswered(cause, signal, late) {
  if (signal?.aborted) return aborted();
  if (late.aborted) return new PatchbayError({ code: 'timeout', title: 'Timeout', detail: 'the hub took too long to answer' }, cause);
  return new PatchbayError({
    code: 'unreachable', title: 'Unreachable', retryable: true,
    detail: 'the hub cannot be reached, or does not answer to pages of this origin',
  }, cause);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
