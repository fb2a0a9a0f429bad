/** The draws in a real browser: announced by the administration, followed by everybody, and what a young person's page says. */
import pino from 'pino';
import { defaultSettings } from '../../domain/settings';
import { runStarter } from '../../worker/starter';
import { views, wholeApplication } from '../setup/chromium';
import { siteRules } from '../setup/draws';

const application = wholeApplication();
const stop = new AbortController();
let starter: Promise<void>;
const inSeconds = (n: number) => new Date(Date.now() + n * 1000).toISOString();

/** A wave that is drawn, and one whose register is frozen and that awaits its number. */
let drawn: string;
let frozen: string;
/** From when on its number can be given. */
let numberKnown: string;
/** Of Tours: who waits, and who is in the usual service. */
let waiting: string;
let standard: string;

async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// In a block of its own: the starter stops before its database goes.
describe('the draws', () => {
  beforeAll(async () => {
    const { world } = application;
    starter = runStarter({
      ...{ owner: world.owner, temporal: world.deps.temporal, everyMs: 200, signal: stop.signal },
      ...{ taskQueue: world.deps.config.TEMPORAL_TASK_QUEUE, log: pino({ level: 'silent' }) },
    });
    for (const site of ['tours', 'blois'])
      await world.call('admin', 'put', `/api/admin/sites/${site}/settings`, {
        body: { ...defaultSettings, draw: true },
      });
    const ids = await Promise.all(
      ['Un', 'Deux', 'Trois', 'Quatre'].map((lastName) => world.enrol('tours', { lastName })),
    );
    const announce = async (wave: string, rules: object, times: object) => {
      const { status, body } = await world.call('admin', 'post', '/api/draws', {
        body: { wave, rules: { strata: 'site', publicNumber: null, ...rules }, ...times },
      });
      expect([status, body.code]).toEqual([201, undefined]);
      return body.id as string;
    };
    const stateOf = async (id: string) => (await world.call('admin', 'get', `/api/draws/${id}`)).body.state;
    drawn = await announce(
      'Automne',
      { sites: [siteRules('tours')] },
      { freezeAt: inSeconds(1), drawAt: inSeconds(2) },
    );
    await until(async () => (await stateOf(drawn)) === 'drawn');
    standard = await until(async () => {
      const { rows } = await world.owner.query("select id from pathways where status = 'usual_service'");
      return rows[0]?.id as string | undefined;
    });
    expect(ids).toContain(standard);
    waiting = await world.enrol('tours', { lastName: 'Attente' });
    await world.enrol('blois');
    numberKnown = inSeconds(20);
    frozen = await announce(
      'Hiver',
      {
        sites: [siteRules('blois', { places: 1, misfits: 'next_wave' })],
        publicNumber: { source: 'Loto du 3 mars', notBefore: numberKnown },
      },
      { freezeAt: inSeconds(1), drawAt: inSeconds(21) },
    );
    await until(async () => (await stateOf(frozen)) === 'frozen');
  }, 90_000);
  afterAll(async () => {
    stop.abort();
    await starter;
  });

  test.each(views)('the pages are without an obstacle: $language, $width px', async ({ language, width }) => {
    const words = {
      fr: {
        title: 'Tirages au sort',
        draw: 'Tirage : Automne',
        announce: 'Annoncer un tirage',
        given: 'Donner',
      },
      en: { title: 'Draws', draw: 'Draw: Automne', announce: 'Announce a draw', given: 'Give' },
    }[language];
    for (const person of ['committee.tours', 'admin']) {
      const page = await application.page(person, { path: '/draws', language, width });
      await page.getByRole('heading', { level: 1, name: words.title }).waitFor();
      await page.getByRole('link', { name: 'Automne' }).waitFor();
      expect([person, await application.objections(page)]).toEqual([person, []]);
      await page.getByRole('link', { name: 'Automne' }).click();
      await page.getByRole('heading', { level: 1, name: words.draw }).waitFor();
      await page.getByRole('cell', { name: '2', exact: true }).first().waitFor();
      expect([person, await application.objections(page)]).toEqual([person, []]);
    }
    const page = await application.page('admin', { path: `/draws/${frozen}`, language, width });
    await page.getByRole('button', { name: words.given }).waitFor();
    expect(await application.objections(page)).toEqual([]);
    await page.goto('/draws/new');
    await page.getByRole('heading', { level: 1, name: words.announce }).waitFor();
    await page.getByRole('checkbox', { name: 'Tours' }).check({ force: true });
    await page.getByRole('checkbox', { name: /public/ }).check({ force: true });
    await page.getByRole('group', { name: /Tours/ }).waitFor();
    expect(await application.objections(page)).toEqual([]);
    for (const id of [waiting, standard]) {
      const young = await application.page('counsellor.tours', { path: `/pathways/${id}`, language, width });
      await young.getByRole('heading', { level: 1 }).waitFor();
      await young.locator('.young').waitFor();
      expect(await application.objections(young)).toEqual([]);
    }
  });

  test('a draw is announced in the form, what is wrong is said at its field, and its page follows', async () => {
    const page = await application.page('admin', { path: '/draws' });
    await page.getByRole('link', { name: 'Annoncer un tirage' }).click();
    await page.getByLabel('Vague').fill('Printemps');
    // Paris is ahead of every server's clock.
    await page.getByLabel('Clôture du registre').fill('2026-01-05T09:00');
    await page.getByLabel('Tirage (heure de Paris)').fill('2026-01-06T09:00');
    await page.getByRole('checkbox', { name: 'Tours' }).check({ force: true });
    await page.getByRole('checkbox', { name: 'Roanne' }).check({ force: true });
    const tours = page.getByRole('group', { name: 'Règles de Tours' });
    await tours.getByLabel('Service plus pour').fill('0');
    await page.getByRole('button', { name: 'Annoncer le tirage' }).click();
    await page.getByText('Des champs sont invalides').waitFor();
    // The schema's words come first; then those of the calendar and the sites.
    await tours.locator('.fr-message--error').first().waitFor();
    expect(await application.objections(page)).toEqual([]);
    await tours.getByLabel('Service plus pour').fill('3');
    await tours.getByLabel('sur', { exact: true }).fill('5');
    await tours.getByLabel('Personnes par bloc').fill('10');
    await page.getByRole('button', { name: 'Annoncer le tirage' }).click();
    await page
      .getByRole('group', { name: 'Règles de Roanne' })
      .getByText('ce site n’a pas de tirage')
      .waitFor();
    await page.getByText('est passé : donnez un instant à venir').first().waitFor();
    await page.getByRole('checkbox', { name: 'Roanne' }).uncheck({ force: true });
    const tomorrow = (time: string) =>
      `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T${time}`;
    await page.getByLabel('Clôture du registre').fill(tomorrow('22:00'));
    await page.getByLabel('Tirage (heure de Paris)').fill(tomorrow('23:00'));
    await page.getByRole('button', { name: 'Annoncer le tirage' }).click();

    await page.getByRole('heading', { level: 1, name: 'Tirage : Printemps' }).waitFor();
    await page.getByText('Tours : service plus pour 3 sur 5, par blocs de 10').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: /^Le registre clos, prévu le .*22:00/ }).waitFor();
    await until(async () => {
      await page.reload();
      await page.getByRole('heading', { level: 1, name: 'Tirage : Printemps' }).waitFor();
      return (await page.getByRole('button', { name: 'Copier : Empreinte de la graine' }).count()) === 1;
    });
  });

  test('the hashes are copied, the record is taken away, and the command to check it is there', async () => {
    const page = await application.page('evaluator', { path: `/draws/${drawn}` });
    const { body } = await application.world.call('evaluator', 'get', `/api/draws/${drawn}`);
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write'], { origin: application.base });
    await page.getByRole('button', { name: 'Copier : Empreinte du registre' }).click();
    await page.getByText('Copié', { exact: true }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(body.registerHash);
    await page
      .getByText(`--commitment ${body.commitment} --register ${body.registerHash}`, { exact: false })
      .waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Télécharger ce qui est publié (JSON)' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`draw-${drawn}.json`);
  });

  test('the public number is given once, and the draw follows', async () => {
    const page = await application.page('admin', { path: `/draws/${frozen}` });
    await page.getByText('que personne ne peut connaître avant').waitFor();
    await until(async () => new Date().toISOString() > numberKnown);
    await page.getByLabel('Nombre public').fill('3 14 15 92');
    await page.getByRole('button', { name: 'Donner' }).click();
    await page.getByText('3 14 15 92').waitFor();
    await until(async () => {
      await page.reload();
      await page.getByRole('heading', { level: 1, name: 'Tirage : Hiver' }).waitFor();
      return (await page.getByText('Tiré', { exact: true }).count()) === 1;
    });
    expect(await page.getByRole('button', { name: 'Donner' }).count()).toBe(0);
  });

  test('a young person outside the steps is shown so, in the list and on their page', async () => {
    const page = await application.page('counsellor.tours', { path: '/pathways' });
    await page.getByLabel('Situation').selectOption({ label: 'Hors étapes (tirage attendu, droit commun)' });
    const row = (name: string) => page.getByRole('row').filter({ hasText: name });
    await row('ATTENTE').getByText('Attend le tirage').waitFor();
    expect(await page.getByRole('row').filter({ hasText: 'Droit commun' }).count()).toBe(2);
    await row('ATTENTE').getByRole('link').click();
    await page.getByText('L’accompagnement se décide par tirage au sort').waitFor();
    await page.goto(`/pathways/${standard}`);
    await page.getByText('Les cinq étapes n’accompagnent pas ce jeune').waitFor();
    await page.getByText('Enquête de l’évaluation').first().waitFor();
    await page.getByText('Tirage au sort : droit commun').first().waitFor();
  });
});
