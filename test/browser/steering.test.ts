/** The figures as at a date, and the lists behind them, in a real browser. */
import { dayOf } from '../../domain/calendar';
import { idOf } from '../setup/api-world';
import { views, wholeApplication } from '../setup/chromium';

const application = wholeApplication();
const inDays = (n: number) => dayOf(Date.now() + n * 86_400_000);

beforeAll(async () => {
  const { world } = application;
  // Enrolled three days ago, as was told today.
  await world.enrol('tours', {
    lastName: 'Moreau',
    firstName: 'Lina',
    ...{ enrolledOn: inDays(-3), consentOn: inDays(-3) },
    start: { step: 'contract_search', since: inDays(-2), referentId: idOf('counsellor.tours') },
  });
  for (let n = 0; n < 5; n++) await world.enrol('tours');
  const id = await world.enrol('tours', { lastName: 'Petit', firstName: 'Adam' });
  await world.call('counsellor.tours', 'post', `/api/pathways/${id}/exit`, { body: { code: 'declined' } });
}, 60_000);

test.each(views)('the pages are without an obstacle: $language, $width px', async ({ language, width }) => {
  const [title, whom] = {
    fr: ['Chiffres du programme', 'Jeunes comptés : corrigé depuis'],
    en: ['Figures of the programme', 'Young people counted: corrected since'],
  }[language] as [string, string];
  for (const person of ['coordinator.tours', 'committee.national', 'evaluator']) {
    const path = `/steering?asOf=${inDays(-1)}`;
    const page = await application.page(person, { path, language, width });
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.getByRole('table').first().waitFor();
    await page
      .getByRole('button', { name: { fr: 'Comment c’est compté', en: 'How it is counted' }[language] })
      .click();
    expect([person, await application.objections(page)]).toEqual([person, []]);
  }
  const list = `/steering/list?figure=corrected&asOf=${inDays(-1)}`;
  const page = await application.page('coordinator.tours', { path: list, language, width });
  await page.getByRole('heading', { level: 1, name: whom }).waitFor();
  await page.getByRole('link', { name: 'Moreau Lina' }).waitFor();
  expect(await application.objections(page)).toEqual([]);
});

test('each figure of a coordinator opens the list of whom it counts', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering' });
  await page.getByRole('link', { name: '6, voir la liste : Présents' }).first().waitFor();
  await page.getByRole('link', { name: '7, voir la liste : Entrés' }).click();
  await page.getByRole('heading', { level: 1, name: 'Jeunes comptés : entrés' }).waitFor();
  await page.getByText('7 jeunes affichés').waitFor();
  await page.getByRole('link', { name: 'Retour aux chiffres' }).click();
  const exits = page.getByRole('table', { name: 'Sorties de phase 1, par motif' });
  await exits
    .getByRole('link', { name: /^1, voir la liste : / })
    .first()
    .click();
  await page.getByRole('link', { name: 'Petit Adam' }).waitFor();
  await page.getByText('1 jeune affiché').waitFor();
});

test('compared with an earlier date each figure says how it moved, and the report compares all', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering' });
  await page.getByLabel('Comparer au').fill(inDays(-1));
  await page.getByText('Sous chaque chiffre, son évolution depuis le').waitFor();
  const entered = page.locator('.figures > div', { hasText: 'Entrés' });
  await entered.getByText('+6 (était 1)').waitFor();
  expect(await application.objections(page)).toEqual([]);
  await page.getByRole('link', { name: 'Tout comparer dans la note d’étape' }).click();
  await page.getByRole('heading', { name: 'Comparaison des deux dates' }).waitFor();
  // What is masked has no change that would tell it.
  const committee = await application.page('committee.tours', { path: `/steering?compareTo=${inDays(-1)}` });
  await committee.locator('.figures > div', { hasText: 'Entrés' }).getByText('évolution masquée').waitFor();
});

test('as at a day, what was told later is said to be corrected since; by what was known then it was not', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering' });
  await page.getByLabel('Au', { exact: false }).first().fill(inDays(-1));
  await page.getByRole('link', { name: '1, voir la liste : Entrés' }).waitFor();
  await page
    .getByRole('heading', { name: '1 jeune n’a plus l’état connu à cette date : corrigé depuis' })
    .waitFor();
  await page.getByText('Entrés : 0 connus alors, 1 aujourd’hui').waitFor();
  await page.getByRole('link', { name: 'Voir les jeunes concernés' }).click();
  await page.getByRole('link', { name: 'Moreau Lina' }).waitFor();
  await page
    .getByText(/évènement du .*, enregistré le/)
    .first()
    .waitFor();
  await page.goBack();
  await page.getByLabel('Ce qui compte').selectOption('then');
  await page.getByText('l’état connu à cette date').waitFor({ state: 'detached' });
  await page.getByText('Entrés : 0 connus alors').waitFor({ state: 'detached' });
  expect(await page.getByRole('link', { name: /voir la liste/ }).count()).toBe(0);
});

test('a committee reads numbers, masked where they are small, and no way leads to a young person', async () => {
  const page = await application.page('committee.tours');
  await page.waitForURL('**/steering');
  await page.getByText('Les nombres de 1 à 4 sont masqués').waitFor();
  const figures = page.locator('.figures');
  await figures.getByText('masqué').first().waitFor();
  const main = page.getByRole('main');
  // But those between the pages of figures.
  expect(await main.locator('a').count()).toBe(await main.getByRole('navigation').getByRole('link').count());
  expect(await main.textContent()).not.toMatch(/Moreau|Petit|Martin/);
});

test('the national committee reads all sites, or one', async () => {
  const page = await application.page('committee.national');
  await page.getByRole('table', { name: 'Par site' }).getByRole('rowheader', { name: 'Roanne' }).waitFor();
  // What was told today of three days ago is no correction of now.
  expect(await page.getByText('corrigés depuis').count()).toBe(0);
  await page.getByLabel('Site', { exact: true }).selectOption({ label: 'Tours' });
  await page.getByRole('table', { name: 'Par site' }).waitFor({ state: 'detached' });
  const byStep = page.getByRole('table', { name: 'Présents, par étape' });
  expect(await byStep.getByRole('rowheader').allTextContents()).toEqual(['Tours']);
});
