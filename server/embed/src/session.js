import { PatchbayError } from './errors.js';

const EARLY = 30_000; // a token is renewed so long before it expires, or at a fifth of its life if that is less
const NEW = 500; // a token younger than this is not the reason why a hub cannot be reached

/**
 * Holds the token. Whoever finds it expired renews it; all others wait for the same renewal.
 */
export class Session {
  #getToken;
  #held;
  #renewal;

  constructor({ token, getToken }) {
    this.#getToken = getToken;
    if (token) this.#held = read(token);
  }

  /**
   * Whether another token may mend what went wrong. Browsers tell of a hub that does not let a page's origin in, which
   * may be since its last token ended, as of one that cannot be reached.
   */
  mends(error, sent) {
    if (!this.#getToken) return false;
    const isOld = this.#held.token !== sent || performance.now() - this.#held.since > NEW;
    return error.status === 401 || error.reason === 'budget_spent' || (error.code === 'unreachable' && isOld);
  }

  /** The token to send, renewed if it is about to expire. */
  async take() {
    if (!this.#held || (this.#getToken && Date.now() >= this.#held.renewAt)) return this.renew(this.#held?.token);
    return this.#held.token;
  }

  /** A token other than the one that was refused. */
  async renew(refused) {
    if (this.#held && this.#held.token !== refused) return this.#held.token;
    this.#renewal ??= this.#ask().finally(() => { this.#renewal = undefined; });
    return this.#renewal;
  }

  async #ask() {
    let answer;
    try {
      answer = await this.#getToken();
    } catch (cause) {
      throw noToken('getToken() did not give a token', cause);
    }
    const held = answer && read(answer);
    if (!held?.token) throw noToken('getToken() gave no token');
    this.#held = held;
    return held.token;
  }
}

const noToken = (detail, cause) =>
  new PatchbayError({ code: 'token_unavailable', title: 'No token', detail, retryable: true }, cause);

/** Takes a token as text, or as the hub's answer that made it. */
function read(answer) {
  const { token, expires } = typeof answer === 'string' ? { token: answer } : answer;
  const life = (expires ? Date.parse(expires) : expiry(token)) - Date.now();
  // A life that is over already tells of a wrong clock, not of a wrong token: then the hub is to say when it ends.
  return { token, since: performance.now(), renewAt: life > 0 ? Date.now() + life - Math.min(EARLY, life / 5) : Infinity };
}

/** When a token ends, in milliseconds, as it says itself; NaN if it does not. */
function expiry(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(payload)).exp * 1000;
  } catch {
    return NaN;
  }
}
