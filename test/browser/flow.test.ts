/** Flow and durations in a real browser: bars, durations and curves, each with its table. */
import { writeManyPathways } from '../../bench/many-pathways';
import { dayOf } from '../../domain/calendar';
import { views, wholeApplication } from '../setup/chromium';

const application = wholeApplication();

beforeAll(async () => {
  const { owner } = application.world;
  await writeManyPathways(owner, 700, new Date());
  await owner.query(
    `insert into timeline (pathway_id, revision, position, type, occurred_at, recorded_at, data)
     select pathway_id, revision, 2, 'arm_drawn', occurred_at, recorded_at,
       jsonb_build_object('arm', case when pathway_id::text < '8' then 'service_plus' else 'standard' end)
     from timeline where type = 'enrolled'`,
  );
}, 120_000);

test.each(views)('the page is without an obstacle: $language, $width px', async ({ language, width }) => {
  const title = { fr: 'Parcours et durées', en: 'Flow and durations' }[language];
  for (const person of ['coordinator.tours', 'committee.national', 'evaluator']) {
    const page = await application.page(person, { path: '/steering/flow', language, width });
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.getByRole('img', { name: { fr: /^Courbe/, en: /^Curve/ }[language] }).waitFor();
    await page.getByRole('table').nth(3).waitFor();
    await page
      .getByRole('button', { name: { fr: 'Comment c’est compté', en: 'How it is counted' }[language] })
      .click();
    expect([person, await application.objections(page)]).toEqual([person, []]);
  }
});

test('a coordinator goes from the state to the flow with the date, and chooses a cohort and the termination', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering' });
  const day = dayOf(Date.now() - 300 * 86_400_000);
  await page.getByLabel('Au', { exact: false }).first().fill(day);
  await page.getByRole('link', { name: 'Parcours et durées' }).click();
  await page.getByRole('heading', { level: 1, name: 'Parcours et durées' }).waitFor();
  await page.getByText(/^État au .* 23:59/).waitFor();
  expect(await page.getByLabel('Au', { exact: false }).first().inputValue()).toBe(day);
  const funnel = page.getByRole('table', { name: 'Jusqu’où vont les jeunes' });
  await funnel.getByRole('rowheader', { name: 'Six mois en contrat' }).waitFor();
  const all = await funnel.getByRole('row', { name: /^1\. / }).textContent();
  await page.getByLabel('Cohorte (trimestre d’inscription)').selectOption({ index: 1 });
  await page.waitForURL(/cohort=20\d\d-Q\d/);
  await page.getByRole('table', { name: 'Par cohorte' }).waitFor({ state: 'detached' });
  expect(await funnel.getByRole('row', { name: /^1\. / }).textContent()).not.toBe(all);
  await page.getByRole('img', { name: 'Courbe : part sans contrat encore' }).waitFor();
  await page.getByLabel('Ce qui est attendu').selectOption({ label: 'Rupture du contrat' });
  await page.getByRole('img', { name: 'Courbe : part contrat non rompu' }).waitFor();
  expect(await page.getByLabel('Comparer').count()).toBe(0);
});

test('the curves have a line style and a name each, those at risk beneath, and their values in a table', async () => {
  const page = await application.page('evaluator', { path: '/steering/flow' });
  const chart = page.getByRole('img', { name: /^Courbe/ });
  await chart.waitFor();
  const styles = await chart
    .locator('path.curves__line')
    .evaluateAll((paths) => paths.map((path) => path.getAttribute('stroke-dasharray')));
  expect(styles).toHaveLength(8);
  expect(new Set(styles).size).toBe(8);
  const words = await chart.locator('text').allTextContents();
  // At the end of its line, and before its numbers at risk.
  for (const name of ['Tours', 'Roanne', 'Tous les sites'])
    expect(words.filter((one) => one === name)).toHaveLength(2);
  expect(words).toContain('Exposés');
  const numbers = page.getByRole('table', { name: 'Nombres et médianes' });
  await numbers.getByRole('rowheader', { name: 'Tous les sites' }).waitFor();
  await page.getByText(/^Test du log-rank : χ² = .*, ddl = 6, p/).waitFor();
  await page.getByLabel('Comparer').selectOption({ label: 'Les groupes du tirage au sort' });
  await page.getByText('Les groupes sont comparés à l’intérieur de chaque site.').waitFor();
  await page.getByText(/ddl = 1, p/).waitFor();
  expect(await numbers.getByRole('rowheader').allTextContents()).toEqual(['Service plus', 'Droit commun']);
  // Of two lines the limits are drawn too.
  expect(await chart.locator('path.curves__limit').count()).toBe(4);
});

test('a committee reads rounded curves and masked counts of its site', async () => {
  const page = await application.page('committee.tours', { path: '/steering/flow' });
  await page.getByText('Les nombres de 1 à 4 sont masqués').waitFor();
  const values = page.getByRole('table', { name: /^Part sans contrat/ });
  await values.waitFor();
  for (const cell of await values.getByRole('cell').allTextContents())
    expect(cell).toMatch(/^(–|\d+\s% \(\d+\s% – \d+\s%\) · \d*[05])$/);
  const main = page.getByRole('main');
  expect(await main.locator('a').count()).toBe(await main.getByRole('navigation').getByRole('link').count());
});
