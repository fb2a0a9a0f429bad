/**
 * `npm run screenshots`: the main pages as they are shown, into docs/screens/, from a running demonstration
 * (npm start, npm run demo). The people in them are invented.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { browser } from './browser.mjs';
import { root } from './prepare.mjs';

const base = process.env.PUBLIC_URL ?? `http://127.0.0.1:${process.env.PORT ?? 3000}`;
const folder = path.join(root, 'docs', 'screens');

const aTask = 'a[href^="/tasks/"]';
const aDraw = 'main a[href^="/draws/"]';
const aMeeting = 'a[href^="/steering/report?meeting="]';
const somebody = 'a[href^="/pathways/"]';

/** Name of the picture, who looks, width in CSS pixels, language, where, and what is gone on to from there. */
const screens = [
  ['sign-in', null, 1280, 'fr', '/', []],
  ['inbox', 'counsellor.tours', 1280, 'fr', '/tasks', []],
  ['inbox-telephone', 'counsellor.tours', 320, 'fr', '/tasks', []],
  ['inbox-english', 'coordinator.tours', 1280, 'en', '/tasks?assignee=team', []],
  ['task', 'counsellor.tours', 1280, 'fr', '/tasks', [aTask]],
  ['task-telephone', 'counsellor.tours', 320, 'fr', '/tasks', [aTask]],
  ['young-person', 'counsellor.tours', 1280, 'fr', '/tasks', [aTask, somebody]],
  ['young-person-telephone', 'counsellor.tours', 320, 'fr', '/tasks', [aTask, somebody]],
  ['young-people', 'coordinator.tours', 1280, 'fr', '/pathways', []],
  ['readings', 'coordinator.tours', 1280, 'fr', '/readings', []],
  ['reminders', 'counsellor.tours', 1280, 'fr', '/me/notifications', []],
  ['steering', 'committee.national', 1280, 'fr', '/steering', []],
  ['steering-telephone', 'committee.national', 320, 'fr', '/steering', []],
  ['flow', 'committee.national', 1280, 'fr', '/steering/flow', []],
  ['stuck', 'coordinator.tours', 1280, 'fr', '/steering/stuck', []],
  ['practices', 'committee.national', 1280, 'fr', '/steering/practices', []],
  ['report', 'committee.national', 1280, 'fr', '/steering/report', [aMeeting]],
  ['draw', 'committee.national', 1280, 'fr', '/draws', [aDraw]],
  ['draw-telephone', 'committee.national', 320, 'fr', '/draws', [aDraw]],
  ['evaluation', 'evaluator', 1280, 'fr', '/evaluation', []],
];

mkdirSync(folder, { recursive: true });
const found = await chromium.launch({ executablePath: browser() ?? undefined });
try {
  for (const [name, person, width, language, at, onwards] of screens) {
    const context = await found.newContext({
      baseURL: base,
      viewport: { width, height: 900 },
      locale: language === 'fr' ? 'fr-FR' : 'en-GB',
      timezoneId: 'Europe/Paris',
      reducedMotion: 'reduce',
      storageState: {
        cookies: [],
        origins: [{ origin: base, localStorage: [{ name: 'language', value: language }] }],
      },
    });
    const page = await context.newPage();
    const begin = person ? `/auth/login?${new URLSearchParams({ hint: person, returnTo: at })}` : at;
    await page.goto(begin);
    await settled(page);
    for (const link of onwards) {
      const before = page.url();
      await page.locator(link).first().click();
      await page.waitForURL((url) => url.href !== before);
      await settled(page);
    }
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
    await context.close();
    console.log(`docs/screens/${name}.png`);
  }
} finally {
  await found.close();
}

/** Until nothing is being loaded. Not until the network is idle: a stream of events stays open. */
async function settled(page) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  while ((await page.getByText(/^(Chargement|Loading)…$/).count()) > 0) await page.waitForTimeout(50);
  // What was shown before stays until the answer is there.
  await page.waitForTimeout(1_500);
}
