/** What lies beyond the window's sides: controls and headings nobody could reach or read whole. */

/** Names of them, none when all is well. What scrolls sideways on purpose, is cut with an ellipsis or waits unseen does not count. */
export function beyondTheEdge(page) {
  return page.evaluate(() => {
    const free = (element) => {
      for (let up = element; up && up !== document.documentElement; up = up.parentElement) {
        const style = getComputedStyle(up);
        if (style.visibility === 'hidden' || style.position === 'fixed' || up.matches('.vh, .skip, [popover]:not(:popover-open)')) return false;
        if (up !== element && /auto|scroll/.test(style.overflowX) && up.scrollWidth > up.clientWidth + 1) return false;
        if (style.textOverflow === 'ellipsis') return false;
      }
      return true;
    };
    const found = [];
    for (const element of document.querySelectorAll('a, button, input, textarea, select, h1, h2, h3, time')) {
      const box = element.getBoundingClientRect();
      if (box.width < 2 || box.height < 2 || (box.left >= -1 && box.right <= innerWidth + 1) || !free(element)) continue;
      found.push(`${element.localName}.${element.className} “${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40)}” from ${Math.round(box.left)} to ${Math.round(box.right)} of ${innerWidth}`);
    }
    const sideways = document.scrollingElement.scrollWidth - innerWidth;
    if (sideways > 0) found.push(`the page scrolls ${sideways} px sideways`);
    return found;
  });
}
