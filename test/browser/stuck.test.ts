/** What needs attention, service as promised and practices, and the lists behind them, in a real browser. */
import { views, wholeApplication } from '../setup/chromium';
import { ByHand } from '../setup/hand-made';

const application = wholeApplication();
const titles = {
  stuck: { fr: 'À surveiller', en: 'Needs attention' },
  practices: { fr: 'Service rendu et pratiques', en: 'Service as promised and practices' },
  cases: { fr: 'Jeunes comptés : suivi tenu, étape 3', en: 'Young people counted: follow-up kept, step 3' },
};

beforeAll(async () => {
  const made = new ByHand(application.world.owner, new Date());
  const young = await made.youngPerson('tours', {
    ...{ enteredAt: made.ago(200), step: 'contract_search' },
    ...{ stepEnteredAt: made.ago(90), lastContactAt: made.ago(80) },
  });
  await made.event(young, 'day_came', made.ago(50), { name: 'contact_watch_phase_1' });
  await made.task(young, 're_establish_contact', {
    plannedAt: made.ago(50),
    dueAt: made.ago(43),
    assignee: 'counsellor.tours',
  });
  for (const [round, outcome] of [
    [1, 'done'],
    [2, 'missed'],
  ] as const)
    await made.task(young, 'search_follow_up', {
      round,
      outcome,
      dueAt: made.ago(60),
      closedAt: made.ago(61),
    });
  await made.task(young, 'discovery_action', {
    subject: 'immersion',
    outcome: 'done',
    closedAt: made.ago(120),
  });
  await made.mediation(young, 'missed_follow_ups', made.ago(30));
  const late = await made.youngPerson('tours', { lastContactAt: made.ago(1), referent: null });
  await made.task(late, 'entry_interview', { dueAt: made.ago(2) });
}, 60_000);

test.each(views)('the pages are without an obstacle: $language, $width px', async ({ language, width }) => {
  for (const person of ['coordinator.tours', 'committee.national']) {
    for (const path of ['stuck', 'practices'] as const) {
      const page = await application.page(person, { path: `/steering/${path}`, language, width });
      await page.getByRole('heading', { level: 1, name: titles[path][language] }).waitFor();
      await page.getByRole('table').first().waitFor();
      await page
        .getByRole('button', { name: { fr: 'Comment c’est compté', en: 'How it is counted' }[language] })
        .click();
      await application.hold(page, `${person} ${path}`);
    }
  }
  const path = '/steering/cases?group=fidelity&figure=follow_up_step_3';
  const page = await application.page('coordinator.tours', { path, language, width });
  await page.getByRole('heading', { level: 1, name: titles.cases[language] }).waitFor();
  await page.getByRole('table').waitFor();
  await application.hold(page, 'cases');
});

test('a coordinator sees what is stuck at one look, then who and why, and goes to them', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering' });
  await page.getByRole('link', { name: 'À surveiller' }).click();
  await page.getByRole('heading', { level: 1, name: 'À surveiller' }).waitFor();
  await page.getByText('2 jeunes affichés').waitFor();
  await page.locator('dl.figures').getByRole('link', { name: '1, voir la liste : Sans contact' }).click();
  await page.getByText('1 jeune affiché').waitFor();
  await page
    .getByText(/Aucun contact depuis le .* veille de contact de 30 jours, réglage de Tours, version 1/)
    .waitFor();
  await page.getByLabel('Raison').selectOption({ label: 'Tâche en retard' });
  await page.getByText('2 jeunes affichés').waitFor();
  const people = page.getByRole('table', { name: 'Jeunes à surveiller' });
  // Most reasons first.
  expect(await people.getByRole('rowheader').allTextContents()).toEqual(['NOM0001 Prenom', 'NOM0002 Prenom']);
  await people.getByRole('link', { name: 'NOM0001 Prenom' }).click();
  await page.waitForURL('**/pathways/*');
});

test('from the load one comes to the young people and the tasks of each, and to what nobody has', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering/stuck' });
  const load = page.getByRole('table', { name: 'Charge de l’équipe' });
  await load.getByRole('link', { name: '1, voir la liste : En retard, Conseil 1 Tours' }).click();
  await page.waitForURL('**/tasks?*due=overdue*');
  await page.goBack();
  await page.getByRole('link', { name: '1, voir la liste : Tâches à attribuer' }).click();
  await page.waitForURL('**/tasks?assignee=unassigned');
});

test('what was promised is a share with its number and a bar, and opens whom it counts', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering/practices' });
  const shares = page.getByRole('table', { name: 'Part faite comme promis, par site' });
  const row = shares
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: 'Suivi tenu, étape 3' }) });
  expect(await row.getByRole('cell').textContent()).toBe('50 % (1 sur 2)');
  expect(await row.locator('svg rect').last().getAttribute('width')).toBe('50');
  const immersion = page
    .getByRole('table', { name: 'Pratiques – Tours' })
    .getByRole('row')
    .filter({ hasText: 'Immersion' });
  await immersion.getByText('0 % (0 sur 1)').first().waitFor();
  await page.getByRole('paragraph').filter({ hasText: 'ce n’est pas un effet' }).waitFor();
  await page.getByRole('link', { name: /^1, voir la liste : Suivi tenu, étape 3, Manqué/ }).click();
  await page
    .getByRole('heading', { level: 1, name: /Jeunes comptés : suivi tenu, étape 3, manqué/ })
    .waitFor();
  await page.getByText('1 ligne affichée').waitFor();
  await page.getByRole('link', { name: 'Retour au service rendu et aux pratiques' }).click();
  await page.getByLabel(/^Du/).fill('2020-01-01');
  await page.getByText('la période dure plus de 3 ans').first().waitFor();
  await page.getByLabel(/^Au/).fill('2020-12-31');
  await page.getByText('Aucune pratique close dans cette période.').waitFor();
});

test('a committee reads numbers, masked where they are small, and no way leads to a young person', async () => {
  for (const path of ['/steering/stuck', '/steering/practices']) {
    const page = await application.page('committee.tours', { path });
    await page.getByText('Les nombres de 1 à 4 sont masqués').waitFor();
    await page.getByText('masqué', { exact: true }).first().waitFor();
    const main = page.getByRole('main');
    expect(
      await main.locator('a[href*="/pathways"], a[href*="/steering/cases"], a[href*="/tasks"]').count(),
    ).toBe(0);
    expect(await main.textContent()).not.toMatch(/nom0/i);
  }
});

test('the page is printed without what narrows it', async () => {
  const page = await application.page('coordinator.tours', { path: '/steering/stuck' });
  await page.getByRole('table', { name: 'Jeunes à surveiller' }).waitFor();
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByLabel('Raison').isVisible()).toBe(false);
  expect(await page.getByRole('table', { name: 'Jeunes à surveiller' }).isVisible()).toBe(true);
});
