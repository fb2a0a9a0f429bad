/** A session that ends while somebody types, in a real browser: nothing that was typed is lost. */
import type { Page } from 'playwright-core';
import { idOf } from '../setup/api-world';
import { wholeApplication } from '../setup/chromium';

const application = wholeApplication();

const over = (page: Page) => page.getByRole('alertdialog', { name: /^Votre session est terminée/ });
const note = (page: Page) => page.getByRole('textbox', { name: /^Nouvelle note/ });
const keep = (page: Page) => page.getByRole('button', { name: 'Ajouter la note' });

/** Ends all sessions of somebody, as an administrator or the clock would. */
async function end(person: string): Promise<void> {
  await application.world.owner.query('update sessions set revoked_at = now() where staff_id = $1', [
    idOf(person),
  ]);
}

async function notesOf(pathwayId: string): Promise<string[]> {
  const answer = await application.world.call('counsellor.tours', 'get', `/api/pathways/${pathwayId}/notes`);
  return answer.body.items.map(({ body }: { body: string }) => body);
}

test('what was typed is still there, and is kept after signing in again beside it', async () => {
  const id = await application.world.enrol('tours');
  const page = await application.page('counsellor.tours', { path: `/pathways/${id}` });
  await note(page).fill('Motivée, rappeler lundi');
  await end('counsellor.tours');
  await keep(page).click();
  await over(page).waitFor();
  expect(await application.objections(page)).toEqual([]);
  expect(await note(page).inputValue()).toBe('Motivée, rappeler lundi');
  expect(await notesOf(id)).toEqual([]);

  // In the demonstration's issuer one is still signed in: the tab closes by itself.
  const opened = page.context().waitForEvent('page');
  await over(page).getByRole('link').click();
  const beside = await opened;
  if (!beside.isClosed()) await beside.waitForEvent('close');
  await over(page).waitFor({ state: 'detached' });
  await keep(page).click();
  await page.getByRole('listitem').filter({ hasText: 'Motivée, rappeler lundi' }).waitFor();
  expect(await notesOf(id)).toEqual(['Motivée, rappeler lundi']);
});

test('a tab that the browser does not close says where to go on', async () => {
  const page = await application.page('counsellor.tours', { path: '/signed-in' });
  await page.getByRole('heading', { name: 'Vous êtes reconnecté' }).waitFor();
  expect(await application.objections(page)).toEqual([]);
});

test('who signs in again in a tab of their own goes on in the first one when they come back to it', async () => {
  const id = await application.world.enrol('tours');
  const page = await application.page('counsellor.tours', { path: `/pathways/${id}` });
  await note(page).fill('Vu avec la famille');
  await end('counsellor.tours');
  await keep(page).click();
  await over(page).waitFor();
  // Signed in again by a page that tells nobody.
  const other = await page.context().newPage();
  await other.goto('/auth/login?returnTo=/health/live');
  await page.bringToFront();
  await page.evaluate(() => {
    const { dispatchEvent, Event } = globalThis as unknown as {
      dispatchEvent(event: object): void;
      Event: new (name: string) => object;
    };
    dispatchEvent(new Event('focus'));
  });
  await over(page).waitFor({ state: 'detached' });
  await keep(page).click();
  await page.getByRole('listitem').filter({ hasText: 'Vu avec la famille' }).waitFor();
});

test('a session that was renewed elsewhere is gone on with, without a word', async () => {
  const id = await application.world.enrol('tours');
  const page = await application.page('counsellor.tours', { path: `/pathways/${id}` });
  await note(page).fill('Trois candidatures envoyées');
  const other = await page.context().newPage();
  // Another session, with another CSRF token, in the same browser.
  await other.goto('/auth/login?hint=counsellor.tours&returnTo=/health/live');
  await keep(page).click();
  await page.getByRole('listitem').filter({ hasText: 'Trois candidatures envoyées' }).waitFor();
  expect(await over(page).count()).toBe(0);
});

test('nothing is written in the name of somebody else who has signed in meanwhile', async () => {
  const id = await application.world.enrol('tours');
  const page = await application.page('counsellor.tours', { path: `/pathways/${id}` });
  await note(page).fill('Entre nous');
  const other = await page.context().newPage();
  await other.goto('/auth/login?hint=coordinator.tours&returnTo=/health/live');
  await keep(page).click();
  // The page is the other one's now.
  await page.locator('.who').filter({ hasText: 'Coordination' }).first().waitFor();
  await page.waitForURL('**/tasks');
  expect(await notesOf(id)).toEqual([]);
});

test('a page that is open shows nothing of somebody any more once another one has signed in beside it', async () => {
  const page = await application.page('counsellor.tours', { path: '/me/notifications' });
  const other = await page.context().newPage();
  await other.goto('/auth/login?hint=coordinator.tours&returnTo=/me/notifications');
  await page.locator('.who').filter({ hasText: 'Coordination' }).first().waitFor();
});
