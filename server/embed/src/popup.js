const GAP = 4;
const TALLEST = 320;

/** Shows a popup at a control, above all else on the page, on the side where there is room. */
export class Popup {
  #control;
  #popup;
  #shown;

  constructor(control, popup) {
    this.#control = control;
    this.#popup = popup;
  }

  get open() {
    return !!this.#shown;
  }

  show() {
    if (this.#shown) return;
    this.#shown = new AbortController();
    this.#popup.showPopover();
    const { signal } = this.#shown;
    addEventListener('scroll', (event) => event.target !== this.#popup && this.place(), { capture: true, passive: true, signal });
    addEventListener('resize', () => this.place(), { signal });
    this.place();
  }

  hide() {
    if (!this.#shown) return;
    this.#shown.abort();
    this.#shown = undefined;
    if (this.#popup.isConnected) this.#popup.hidePopover();
  }

  place() {
    const at = this.#control.getBoundingClientRect();
    const below = innerHeight - at.bottom - 2 * GAP;
    const above = at.top - 2 * GAP;
    const up = below < Math.min(TALLEST, this.#popup.scrollHeight) && above > below;
    Object.assign(this.#popup.style, {
      left: `${at.left}px`,
      width: `${at.width}px`,
      maxHeight: `${Math.max(80, Math.min(TALLEST, up ? above : below))}px`,
      top: up ? 'auto' : `${at.bottom + GAP}px`,
      bottom: up ? `${innerHeight - at.top + GAP}px` : 'auto',
    });
  }
}
