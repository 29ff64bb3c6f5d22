/**
 * Keeps the reader's place in a scrolled timeline. Two rules: at the bottom stay at the bottom; elsewhere the row at the
 * top edge stays where it is, whatever is added, removed or grows above or below it.
 */
const NEAR = 32;

export class Anchor {
  /** True while the newest row is in view and nothing newer is missing. */
  stuck = true;
  private row: Element | null = null;
  private offset = 0;
  private observer: ResizeObserver;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly content: HTMLElement,
    /** False while newer messages exist that are not loaded: then the end of the list is not the bottom. */
    private readonly live: () => boolean,
    private readonly changed: () => void,
  ) {
    this.observer = new ResizeObserver(() => this.restore());
    this.observer.observe(content);
    this.observer.observe(scroller);
  }

  close(): void {
    this.observer.disconnect();
  }

  get fromBottom(): number {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  /** Notes the place; on each scroll event. */
  measure(): void {
    this.stuck = this.live() && this.fromBottom <= NEAR;
    const edge = this.scroller.getBoundingClientRect().top;
    this.row = null;
    for (const row of this.content.querySelectorAll('[data-row]')) {
      const box = row.getBoundingClientRect();
      if (box.bottom <= edge) continue;
      this.row = row;
      this.offset = box.top - edge;
      break;
    }
    this.changed();
  }

  /** Goes back to the noted place; after each change of the rows. */
  restore(): void {
    if (this.stuck) {
      this.scroller.scrollTop = this.scroller.scrollHeight;
      return;
    }
    if (!this.row?.isConnected) return;
    const moved = this.row.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - this.offset;
    if (Math.abs(moved) > 0.5) this.scroller.scrollTop += moved;
  }

  toBottom(): void {
    this.stuck = true;
    this.restore();
    this.measure();
  }

  /** Brings a row to a share of the height (0 = top) and takes it as the new place. */
  to(row: Element, share: number): void {
    const box = row.getBoundingClientRect();
    const edge = this.scroller.getBoundingClientRect();
    this.scroller.scrollTop += box.top - edge.top - edge.height * share;
    this.measure();
  }
}
