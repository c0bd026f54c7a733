/** Keeps the last answers, and the newest so many only. */
export class Cache {
  #entries = new Map();
  #most;

  constructor(most) {
    this.#most = most;
  }

  get(key) {
    const entry = this.#entries.get(key);
    if (entry) this.#touch(key, entry);
    return entry;
  }

  set(key, entry) {
    this.#touch(key, entry);
    if (this.#entries.size > this.#most) this.#entries.delete(this.#entries.keys().next().value);
  }

  clear() {
    this.#entries.clear();
  }

  #touch(key, entry) {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }
}
