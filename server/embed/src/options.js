/**
 * The options of one drop-down as far as they are loaded: from the hub, or from a list that the page gave. `changed` is
 * called whenever there is something new to show.
 */
export class Options {
  items = [];
  search = '';
  loading = false;
  old = false; // the items are those of another search
  error = undefined;
  truncated = false;
  #source;
  #changed;
  #next;
  #controller;
  #coming;

  constructor(changed) {
    this.#changed = changed;
  }

  get more() {
    return this.#next !== undefined;
  }

  /** Which list it is. Another one begins empty; `source` is { key, client, query } or { key, items }. */
  use(source) {
    if (this.#source?.key === source?.key && this.#source?.client === source?.client) return false;
    this.stop();
    this.#source = source;
    this.items = [];
    this.#next = this.error = this.searched = undefined;
    this.truncated = false;
    return true;
  }

  stop() {
    this.#controller?.abort();
    this.#controller = undefined;
    this.loading = false;
  }

  /** Loads the first page of what is searched for, unless it is there. */
  find(search, debounce) {
    this.search = search;
    if (!this.#source || (this.searched === search && !this.error)) return undefined;
    this.searched = search;
    if (this.#source.items) {
      this.items = filter(this.#source.items, search);
      this.old = false;
      this.#changed();
      return undefined;
    }
    return this.#load({ search, debounce });
  }

  /** Loads the next page. Who asks while it is on its way waits for it. */
  async next() {
    if (this.more && !this.loading) this.#coming = this.#load({ search: this.search, cursor: this.#next });
    await this.#coming;
  }

  async again(refresh) {
    this.searched = this.search;
    await this.#load({ search: this.search, refresh });
  }

  async #load(query) {
    this.stop();
    const { client, query: list } = this.#source;
    const controller = this.#controller = new AbortController();
    const appended = !!query.cursor;
    const take = (page) => {
      if (controller !== this.#controller) return;
      this.items = appended ? this.items.concat(page.options) : page.options;
      this.#next = page.nextCursor;
      this.truncated = page.truncated;
      this.old = false;
      this.#changed(appended);
    };
    this.loading = true;
    this.old = !appended;
    this.error = undefined;
    this.#changed(appended);
    try {
      const page = await client.ddl({ ...list, ...query, signal: controller.signal, onPreliminary: take });
      this.loading = false;
      take(page);
    } catch (error) {
      if (controller !== this.#controller) return;
      this.loading = false;
      this.error = error.code === 'aborted' ? undefined : error;
      this.searched = undefined;
      this.#changed(appended);
    }
  }
}

/** As the hub does it: those that begin with what is searched for come first. */
function filter(items, search) {
  const wanted = search.trim().toLowerCase();
  if (!wanted) return items;
  const ranked = items.map((item) => [item.text.toLowerCase().indexOf(wanted), item]).filter(([at]) => at >= 0);
  return [...ranked.filter(([at]) => at === 0), ...ranked.filter(([at]) => at > 0)].map(([, item]) => item);
}
