/** The forms of the pages, which are made from the schemas of the domain, as somebody fills them in. */
import type { Page } from 'playwright-core';

/** What is asked under a name of the schema, with what is said to be wrong with it. */
export const field = (page: Page, name: string) => page.locator(`[data-pointer="/${name}"]`);

/** One of several: what follows from it stands behind its name. The design system draws it in its label. */
export const choose = (page: Page, name: string) =>
  page.getByRole('radio', { name: new RegExp(`^${name}`) }).check({ force: true });
