/** Another site's young person, and what coordinators see of who saw what, in a real browser. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { views, wholeApplication } from '../setup/chromium';

const application = wholeApplication();
const reason = 'Elle se présente à notre accueil et dit être suivie à Blois';
let birthDate: string;
let pathwayId: string;

beforeAll(async () => {
  const { world } = application;
  pathwayId = await world.enrol('blois', {
    lastName: 'Le Goff',
    firstName: 'Anaïs',
    externalNumber: 'P3-7712',
  });
  await world.call('coordinator.blois', 'post', '/api/exports', {
    body: { what: 'tasks', filters: { step: 'welcome', assignee: 'unassigned' } },
  });
  await world.enrol('tours', { lastName: 'Moreau', firstName: 'Lina' });
  const { rows } = await world.owner.query<{ birth_date: string }>(
    "select birth_date from people where last_name = 'Le Goff'",
  );
  birthDate = rows[0]?.birth_date as string;
}, 60_000);

/** Fills in the request and sends it. */
async function ask(page: Page, lastName: string): Promise<void> {
  await page.getByLabel('Nom', { exact: true }).fill(lastName);
  await page.getByLabel('Prénom').fill('anais');
  await page.getByLabel('Date de naissance', { exact: true }).last().fill(birthDate);
  await page.getByLabel(/^Pourquoi/).fill(reason);
  await page.getByRole('button', { name: 'Chercher et ouvrir la lecture' }).click();
}

test('a counsellor reads another site’s young person from the request on, and finds nothing to change', async () => {
  const page = await application.page('counsellor.tours', { path: '/other-site' });
  await ask(page, 'Le Gof');
  await page.getByText('Personne n’est accompagné sous ces données').waitFor();
  await ask(page, 'LE GOFF');
  await page.getByRole('heading', { name: 'Ce jeune est accompagné à Blois' }).waitFor();
  expect(await application.objections(page)).toEqual([]);
  await page.getByRole('link', { name: 'Lire le parcours' }).click();
  await page.getByRole('heading', { level: 1, name: 'Anaïs Le Goff' }).waitFor();
  await page.getByText('Ce jeune est accompagné par un autre site : Blois').waitFor();
  await page.getByRole('heading', { name: 'Notes de l’équipe' }).waitFor();
  expect(await page.getByLabel('Nouvelle note').count()).toBe(0);
  expect(await page.locator('main a[href^="/tasks/"]').count()).toBe(0);
  expect(await application.objections(page)).toEqual([]);
  // Neither an address nor what the browser keeps names anybody.
  const kept = await page.evaluate(
    'JSON.stringify([localStorage, sessionStorage, location.href, history.state])',
  );
  expect(kept).not.toMatch(/goff/i);
});

test('its coordinator sees who asked, why and what was read, beside the readings of the team', async () => {
  await application.world.call('counsellor.blois', 'get', `/api/pathways/${pathwayId}`);
  const page = await application.page('coordinator.blois', { path: '/readings?tab=other-site' });
  await page.getByText(reason).first().waitFor();
  await page
    .getByText(/a lu : fiche du jeune/)
    .first()
    .waitFor();
  await page.getByRole('tab', { name: 'Consultations' }).click();
  await page.getByText('Autre site', { exact: true }).waitFor();
  await page.getByLabel('Personne').selectOption({ label: 'Conseil 1 Blois' });
  await page.getByText('Autre site', { exact: true }).waitFor({ state: 'detached' });
  expect(await page.locator('.log').textContent()).toContain('Conseil 1 Blois');
  await page.goto(`/pathways/${pathwayId}`);
  await page.getByRole('button', { name: 'Qui a consulté ce jeune' }).click();
  await page.locator('.log').getByText('Conseil 1 Tours').waitFor();
  expect(await application.objections(page)).toEqual([]);
});

test('a list is taken away as a file, and that it was is shown', async () => {
  const page = await application.page('coordinator.tours', { path: '/pathways' });
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Télécharger la liste des jeunes (CSV)' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^jeunes-tours-.*\.csv$/);
  expect(readFileSync(await file.path(), 'utf8')).toMatch(/^\ufeffNom;Prénom;.*\r\nMoreau;Lina;/);
  await page.goto('/readings?tab=exports');
  await page.locator('.log').getByText('Les jeunes du site').waitFor();
});

test.each(views)('the pages are without an obstacle: $language, $width px', async ({ language, width }) => {
  for (const path of ['/other-site', '/readings', '/readings?tab=other-site', '/readings?tab=exports']) {
    const page = await application.page('coordinator.blois', { path, language, width });
    await page.locator('.log, .glass').first().waitFor();
    await application.hold(page, path);
  }
});
