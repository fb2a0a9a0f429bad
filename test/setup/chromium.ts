/** The whole application in a real browser: signed in with one click, watched for what the browser objects to. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import axeCore, { type AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type ApiWorld, createApiWorld } from './api-world';
import { type Served, serve } from './served';

/** `npm run browser` brings one where there is none (bin/test.mjs). */
function executable(): string {
  const file = process.env.CHROMIUM || '/usr/bin/chromium';
  if (existsSync(file)) return file;
  throw new Error(`No browser at ${file}: npm run browser brings one, or set CHROMIUM to where yours is.`);
}

/** How long something may take to be shown: a bound for a machine that has much else to do, not a wait. Milliseconds. */
const SLOW_MS = 30_000;

/** Both languages on a telephone and on a desk, each at a site of its own: what one leaves there is in no other's way. */
export const views = [
  { language: 'fr', width: 320, site: 'tours' },
  { language: 'fr', width: 1280, site: 'blois' },
  { language: 'en', width: 320, site: 'orleans' },
  { language: 'en', width: 1280, site: 'ain' },
] as const;

export interface Visit {
  /** In CSS pixels; default: 1280. */
  readonly width?: number;
  /** Default: French. */
  readonly language?: 'fr' | 'en';
  /** Where one arrives; default: the first page of the role. */
  readonly path?: string;
}

/** What axe objects to: the rule, and where. */
export interface Objection {
  readonly rule: string;
  readonly where: readonly string[];
}

export interface WholeApplication {
  readonly world: ApiWorld;
  /** Where it answers, without a slash at its end. */
  readonly base: string;
  /**
   * A page in a browser of its own, open until the test ends.
   * @param person signed in with one click; null: nobody
   */
  page(person: string | null, visit?: Visit): Promise<Page>;
  /** What somebody who cannot see or point would stumble over on a page, and whether it has to be scrolled sideways. */
  objections(page: Page): Promise<Objection[]>;
  /**
   * Holds that a page, once it shows what it was asked for, is in the language that was chosen and without objections.
   * @param stop where on the way this is
   */
  hold(page: Page, stop: string): Promise<void>;
}

/**
 * Sets up for the tests of a file: a database and worker of their own, the application with its pages, one browser.
 * A test fails when a page of it wrote an error to the console, threw, broke the content security policy or was
 * answered by a server error.
 * @param web what the application is like
 */
export function wholeApplication(web: { brand?: string } = {}): WholeApplication {
  jest.setTimeout(4 * SLOW_MS);
  const languages = new WeakMap<Page, string>();
  let world: ApiWorld;
  let served: Served;
  let browser: Browser;
  let contexts: BrowserContext[] = [];
  let faults: string[] = [];

  beforeAll(async () => {
    world = await createApiWorld();
    served = await serve(
      world,
      {},
      { folder: path.join(__dirname, '../../dist/web'), brand: '', demonstration: true, ...web },
    );
    browser = await chromium.launch({ executablePath: executable() });
  }, 60_000);
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    const found = faults;
    contexts = [];
    faults = [];
    expect(found).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.end();
    await world?.end();
  });

  function watch(page: Page): void {
    page.on('pageerror', (error) => void faults.push(String(error.stack)));
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url } = message.location();
      // A refusal of the API is an answer, which the page has to show; the browser notes it all the same.
      const refusal = /^Failed to load resource: .* status of 4\d\d/.test(message.text());
      if (refusal && /^\/(api|auth)\//.test(new URL(url).pathname)) return;
      faults.push(`${message.text()} (${url})`);
    });
  }

  return {
    get world() {
      return world;
    },
    get base() {
      return served.base;
    },

    async page(person, { width = 1280, language = 'fr', path: at = '/' } = {}) {
      const context = await browser.newContext({
        baseURL: served.base,
        viewport: { width, height: 800 },
        // What a page says of time is the same on every machine.
        timezoneId: 'Europe/Paris',
        reducedMotion: 'reduce',
        storageState: {
          cookies: [],
          origins: [{ origin: served.base, localStorage: [{ name: 'language', value: language }] }],
        },
      });
      contexts.push(context);
      context.on('page', watch);
      // Scripts that the browser itself puts into the page are not held by its policy.
      await context.addInitScript({ content: axeCore.source });
      const page = await context.newPage();
      page.setDefaultTimeout(SLOW_MS);
      languages.set(page, language);
      await page.goto(person ? `/auth/login?${new URLSearchParams({ hint: person, returnTo: at })}` : at);
      await page.getByRole('heading', { level: 1 }).waitFor();
      return page;
    },

    async objections(page) {
      const { violations } = await page.evaluate((): Promise<AxeResults> => {
        const { axe } = globalThis as unknown as { axe: typeof axeCore };
        // The same rules; what passes is not described, which takes most of the time.
        return axe.run({ resultTypes: ['violations'] });
      });
      const found = violations.map(({ id, nodes }) => ({
        rule: id,
        where: nodes.map(({ target }) => target.join(' ')),
      }));
      const [inner, outer] = await page.evaluate(() => {
        const { document } = globalThis as unknown as {
          document: { documentElement: { scrollWidth: number; clientWidth: number } };
        };
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth];
      });
      if (inner > outer) found.push({ rule: 'scrolled sideways', where: [`${inner} px wide`] });
      return found;
    },

    async hold(page, stop) {
      // A dialog that is closed may be waiting for what it asks for once it opens.
      const asked = '.waiting:not(dialog:not([open]) *), [aria-busy="true"]';
      await page.locator(`main:not(:has(${asked}))`).waitFor();
      const language = await page.locator('html').getAttribute('lang');
      expect({ stop, language, objections: await this.objections(page) }).toEqual({
        stop,
        language: languages.get(page),
        objections: [],
      });
    },
  };
}
