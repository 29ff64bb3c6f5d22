/** A member's hands and eyes at a timeline: channel, conversation and report look the same. */

/** The composer of the main column. */
export const composer = (page) => page.locator('main form.composer');

/** Writes and sends; does not wait for the server. */
export async function write(page, text) {
  const field = composer(page).locator('textarea');
  await field.fill(text);
  await field.press('Enter');
}

/** What stands in the main timeline, top to bottom: texts of people's messages that the server has taken. */
export async function sees(page) {
  const texts = await page.locator('main article.msg[data-number] .body').allInnerTexts();
  return texts.map((text) => text.trim());
}

/** The same with everything older: scrolls up, which loads it. Ask again until it is all there. */
export async function seesAll(page) {
  await page.locator('main .tl').first().evaluate((box) => (box.scrollTop = 0));
  return sees(page);
}

/** How many rows wait to be sent or have failed. */
export const unsent = (page) => page.locator('main article.msg:not([data-number])').count();

/** The row of a message the server has taken. */
export const row = (page, text) => page.locator('main article.msg[data-number]', { hasText: text }).last();

/** Opens a desk by the rail, as with the mouse. */
export const openDesk = (page, name) => page.getByRole('navigation', { name: 'Desks', exact: true }).getByRole('link', { name: new RegExp(`^${name}`) }).click();

/** Opens a channel by the sidebar. */
export async function openChannel(page, name) {
  await page.getByRole('navigation', { name: 'Team' }).getByRole('link', { name: new RegExp(`^${name}`) }).click();
  await composer(page).waitFor();
}
