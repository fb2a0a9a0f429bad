/** The report and the meetings of the committee in a real browser. */
import { readFileSync } from 'node:fs';
import { makeAndKeep } from '../../db/meetings';
import { dayOf } from '../../domain/calendar';
import { views, wholeApplication } from '../setup/chromium';
import { readPdf } from '../setup/pdf';

const application = wholeApplication();
const inDays = (n: number) => dayOf(Date.now() + n * 86_400_000);
/** A meeting of the committee of Tours whose report was made. */
let given: string;

beforeAll(async () => {
  const { world } = application;
  for (let n = 0; n < 6; n++) await world.enrol('tours');
  const left = await world.enrol('tours', { lastName: 'Petit', firstName: 'Adam' });
  await world.call('counsellor.tours', 'post', `/api/pathways/${left}/exit`, { body: { code: 'declined' } });
  const planned = await world.call('coordinator.tours', 'post', '/api/steering/meetings', {
    body: { day: inDays(3), asOf: inDays(-1) },
  });
  given = planned.body.id;
  await makeAndKeep(world.owner, given, new Date());
}, 60_000);

test.each(views)('the page is without an obstacle: $language, $width px', async ({ language, width }) => {
  const title = { fr: 'Note d’étape', en: 'Progress report' }[language];
  for (const person of ['coordinator.tours', 'committee.tours', 'committee.national', 'evaluator', 'admin']) {
    const path = `/steering/report?compareTo=${inDays(-2)}`;
    const page = await application.page(person, { path, language, width });
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    if (person !== 'admin') await page.getByRole('table').first().waitFor();
    await page
      .getByRole('heading', { level: 2, name: { fr: 'Réunions du comité', en: 'Meetings of' }[language] })
      .waitFor();
    expect([person, await application.objections(page)]).toEqual([person, []]);
  }
  const path = `/steering/report?meeting=${given}`;
  const page = await application.page('committee.tours', { path, language, width });
  const kept = { fr: 'Note remise au comité du', en: 'Report given to the committee of' }[language];
  await page.getByRole('heading', { level: 2, name: kept }).waitFor();
  expect(await application.objections(page)).toEqual([]);
});

test('a committee reads numbers, masked where they are small, and takes the PDF with it', async () => {
  const page = await application.page('committee.tours', { path: '/steering' });
  await page.getByRole('link', { name: 'Note d’étape' }).click();
  const steps = page.getByRole('table', { name: 'Dans quelle étape' });
  await steps.getByText('masqué').first().waitFor();
  await page.getByText('Ce n’est jamais zéro').waitFor();
  const hash = (await page.locator('.report__hash code').textContent()) ?? '';
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Télécharger en PDF' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`note-etape-tours-${inDays(0)}.pdf`);
  // What was shown, whenever it was clicked.
  expect(readPdf(readFileSync(await download.path())).pages.join()).toContain(hash);
  expect(await page.getByRole('main').textContent()).not.toMatch(/Petit|Martin/);
});

test('two dates are compared, and the address says which', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering/report' });
  await page.getByLabel('Comparer au', { exact: false }).fill(inDays(-2));
  const compared = page.getByRole('region', { name: 'Comparaison des deux dates, Les chiffres' });
  await compared.getByRole('row', { name: 'Entrés 0 7 +7' }).waitFor();
  const bars = page.locator('.bars__row').filter({ hasText: '1. Accueillir et informer' }).first();
  expect(await bars.textContent()).toBe('1. Accueillir et informer6');
  expect(page.url()).toContain(`compareTo=${inDays(-2)}`);
});

test('a coordinator plans a meeting, is told what is wrong beside the field, and cancels it', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering/report' });
  await page.getByLabel('Jour de la réunion').fill(inDays(40));
  await page.getByLabel('État au (jour)').fill(inDays(39));
  await page.getByRole('button', { name: 'Prévoir la réunion' }).click();
  await page.getByText('n’est pas avant le jour où la note est faite').waitFor();
  await page.getByLabel('État au (jour)').fill(inDays(-1));
  await page.getByRole('button', { name: 'Prévoir la réunion' }).click();
  await page.getByText('La réunion est prévue.').waitFor();
  const meetings = page.getByRole('table', { name: 'Réunions, la plus lointaine d’abord' });
  const row = meetings.getByRole('row').filter({ hasText: 'sera faite le' });
  await row.getByRole('button', { name: /^Annuler la réunion du/ }).click();
  await meetings.getByText('réunion annulée').waitFor();
});

test('a member finds the report that the meeting was given, and whether it was corrected since', async () => {
  const { world } = application;
  const page = await application.page('committee.tours', { path: '/steering/report' });
  await page.getByRole('link', { name: /^Lire la note remise le/ }).click();
  await page.getByText('les nombres montrés sont les mêmes').waitFor();
  const { rows } = await world.owner.query('select hash from kept_reports where meeting_id = $1', [given]);
  expect(await page.locator('.report__hash code').textContent()).toBe(rows[0].hash);
  expect(await page.getByRole('button', { name: 'Prévoir la réunion' }).count()).toBe(0);
});
