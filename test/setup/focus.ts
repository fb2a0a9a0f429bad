/** Where the keyboard is on a page, and going somewhere by it alone. */
import type { Locator, Page } from 'playwright-core';

/** Script of the page: why somebody who only has a keyboard would not know where they are; empty: they know. */
const whatIsWrong = `(() => {
  const at = document.activeElement;
  if (!at || at === document.body) return 'nothing has the focus';
  const named = at.id || at.getAttribute('aria-label') || at.textContent.trim().slice(0, 40);
  const who = at.tagName.toLowerCase() + ' "' + named + '"';
  const { left, top, width, height } = at.getBoundingClientRect();
  const x = Math.min(Math.max(left + Math.min(width, 40) / 2, 0), innerWidth - 1);
  const y = top + Math.min(height, 40) / 2;
  if (!width || !height || y < 0 || y > innerHeight) return who + ' is out of sight';
  // The design system draws a box, and its outline, in the label beside it.
  const isBox = /^(checkbox|radio)$/.test(at.type);
  const over = document.elementFromPoint(x, y);
  const whole = isBox ? at.parentElement : at;
  if (!over || !(whole.contains(over) || over.contains(at))) return who + ' is covered';
  // Where nothing can be done but to read on, there is nothing to outline.
  if (!at.matches('a, button, input, select, textarea, summary')) return '';
  const shown = isBox ? at.nextElementSibling : at;
  const isOutlined = [null, '::before', '::after'].some((part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(shown, part);
    return outlineStyle !== 'none' && outlineWidth !== '0px';
  });
  if (!isOutlined) return who + ' has no outline';
  return '';
})()`;

/** Holds that something has the focus and can be seen to have it. @param step after what */
export async function expectFocusSeen(page: Page, step: string): Promise<void> {
  expect([step, await page.evaluate(whatIsWrong)]).toEqual([step, '']);
}

/** Waits until this has the focus, and holds that it can be seen. */
export async function expectFocusOn(place: Locator, step: string): Promise<void> {
  const page = place.page();
  await place.and(page.locator(':focus')).waitFor();
  await expectFocusSeen(page, step);
}

/** By the tabulator key, holding at each stop that one sees where one is. */
export async function tabTo(place: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const page = place.page();
  for (let stops = 0; stops < 80; stops++) {
    await page.keyboard.press(key);
    await expectFocusSeen(page, `on the way to ${place}`);
    if (await place.evaluate((element) => element.matches(':focus'))) return;
  }
  throw new Error(`the keyboard never comes to ${place}`);
}
