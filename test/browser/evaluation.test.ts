/** The evaluation in a real browser: the flow and its numbers, what is taken away, and what committees see when. */
import { readFileSync } from 'node:fs';
import { views, wholeApplication } from '../setup/chromium';
import { autumn, writeEvaluated } from '../setup/evaluated';

const application = wholeApplication();

beforeAll(() => writeEvaluated(application.world.owner), 60_000);

test.each(views)(
  'the page is without an obstacle, for each role: $language, $width px',
  async ({ language, width }) => {
    const [title, flow, unblind, blind] = {
      fr: [
        'Évaluation',
        'Diagramme de flux CONSORT 2025',
        'Lever l’aveugle',
        'Les groupes ne sont pas encore montrés',
      ],
      en: ['Evaluation', 'CONSORT 2025 flow diagram', 'Unblind', 'The arms are not shown yet'],
    }[language] as [string, string, string, string];
    for (const [person, heading] of [
      ['evaluator', flow],
      ['admin', unblind],
      ['committee.tours', blind],
    ] as const) {
      const page = await application.page(person, { path: '/evaluation?asOf=2026-10-01', language, width });
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await page.getByRole('heading', { level: 2, name: heading }).waitFor();
      const opened = { fr: /tableau|compté|Dictionnaire/, en: /as a table|counted|dictionary/ }[language];
      for (const accordion of await page.getByRole('button', { name: opened }).all()) await accordion.click();
      if (person === 'evaluator')
        await page.getByRole('table', { name: { fr: 'Équilibre', en: 'Balance' }[language] }).waitFor();
      expect([person, await application.objections(page)]).toEqual([person, []]);
    }
  },
);

test('an evaluator reads the flow in boxes, its numbers as a table, the balance, and takes the rows away', async () => {
  const page = await application.page('evaluator', { path: '/' });
  await page.getByRole('link', { name: 'Évaluation' }).click();
  // The page before has such a field too.
  await page.getByRole('heading', { level: 1, name: 'Évaluation' }).waitFor();
  await page.getByLabel('Au', { exact: false }).first().fill('2026-10-01');
  const enrolment = page.getByRole('region', { name: 'Inclusion' });
  await enrolment.getByText('Tirés au sort (n = 9)').waitFor();
  await enrolment.getByText('afflux : plus de demandes que de places (n = 1)').waitFor();
  const standard = page.getByRole('region', { name: 'Droit commun', exact: true });
  await standard.getByText('Attribués au groupe (n = 4)').waitFor();
  await standard.getByText('Sortis : Perdu de vue (n = 1)').waitFor();
  await page.getByRole('button', { name: 'Le diagramme en tableau' }).click();
  const row = page
    .getByRole('table', { name: 'Le diagramme en tableau' })
    .getByRole('row', { name: /^Ont reçu/ });
  expect(await row.getByRole('cell').allTextContents()).toEqual(['', '3', '4']);
  const people = page
    .getByRole('table', { name: 'Équilibre des groupes au tirage' })
    .getByRole('row', { name: /^Personnes/ });
  expect(await people.getByRole('cell').allTextContents()).toEqual(['5', '4', '']);

  await page.getByLabel('Vague').selectOption(autumn.wave);
  await enrolment.getByText('Tirés au sort (n = 7)').waitFor();
  await page.getByLabel('Groupes', { exact: true }).selectOption('masked');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Télécharger' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^evaluation-masked-2026-10-01-[0-9a-f]{8}\.csv$/);
  const file = readFileSync(await download.path(), 'utf8');
  expect(file.trimEnd().split('\r\n')).toHaveLength(8);
  await page.reload();
  await page.getByRole('region', { name: 'Ce qui a été emporté' }).getByText('7 lignes').waitFor();

  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('link', { name: 'Télécharger' }).isVisible()).toBe(false);
  expect(await enrolment.isVisible()).toBe(true);
});

test('the administration takes the matching file and unblinds a wave; a committee then reads its flow, masked', async () => {
  const admin = await application.page('admin', { path: '/evaluation' });
  const matching = admin.getByRole('region', { name: 'Fichier d’appariement' });
  await matching.getByLabel('Motif').fill('Appariement Parcours 3, convention de mars');
  const [download] = await Promise.all([
    admin.waitForEvent('download'),
    matching.getByRole('button', { name: 'Télécharger' }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain(',P3-0001');
  const unblinding = admin.getByRole('region', { name: 'Lever l’aveugle' });
  await unblinding.getByLabel('Vague').selectOption(autumn.wave);
  await unblinding.getByLabel('Motif').fill('Analyse finale enregistrée');
  // Not without saying that one knows.
  await unblinding.getByRole('button', { name: 'Lever l’aveugle' }).click();
  expect((await application.world.owner.query('select from unblindings')).rowCount).toBe(0);
  await unblinding.getByText('L’analyse est faite ; je sais').click();
  await unblinding.getByRole('button', { name: 'Lever l’aveugle' }).click();
  await unblinding.getByText('L’aveugle est levé.').waitFor();
  await admin.getByText(`Aveugle levé pour ${autumn.wave}`).waitFor();

  const page = await application.page('committee.tours', { path: '/evaluation' });
  await page.getByText('Les nombres de 1 à 4 sont masqués').waitFor();
  await page
    .getByRole('region', { name: 'Service plus', exact: true })
    .getByText('Attribués au groupe (n = masqué)')
    .waitFor();
  expect(await page.getByLabel('Vague').getByRole('option').allTextContents()).toEqual([autumn.wave]);
  expect(await page.getByRole('link', { name: 'Télécharger' }).count()).toBe(0);
});
