/** What people set for themselves, and what roles without an inbox find, in a real browser. */
import { views, wholeApplication } from '../setup/chromium';

const application = wholeApplication();

describe('one’s reminders', () => {
  test.each(views)('are without an obstacle: $language, $width px', async ({ language, width, site }) => {
    const page = await application.page(`coordinator.${site}`, {
      language,
      width,
      path: '/me/notifications',
    });
    await page.getByRole('heading', { level: 2 }).nth(1).waitFor();
    await page.getByRole('checkbox').first().waitFor();
    expect(await application.objections(page)).toEqual([]);
    const words = { fr: ['Créer l’adresse', 'Copier'], en: ['Make the address', 'Copy'] }[language];
    await page.getByRole('button', { name: words[0] }).click();
    await page.getByRole('button', { name: words[1] }).waitFor();
    expect(await application.objections(page)).toEqual([]);
  });

  test('are each switched on and off, and stay so', async () => {
    const page = await application.page('counsellor.tours', { path: '/me/notifications' });
    const digest = page.getByRole('checkbox', {
      name: 'Le point du matin : vos tâches du jour, les jours ouvrés',
    });
    const alert = page.getByRole('checkbox', { name: 'Alerte forte, aussitôt' });
    await digest.waitFor();
    expect([await digest.isChecked(), await alert.isChecked()]).toEqual([true, true]);
    // What concerns other roles is not offered.
    expect(await page.getByRole('checkbox', { name: 'Absence sans remplaçant, aussitôt' }).count()).toBe(0);
    await digest.focus();
    await page.keyboard.press('Space');
    await page.getByRole('status').getByText('Enregistré').waitFor();
    await page.reload();
    await digest.waitFor();
    expect([await digest.isChecked(), await alert.isChecked()]).toEqual([false, true]);
    await digest.focus();
    await page.keyboard.press('Space');
    await page.getByRole('status').getByText('Enregistré').waitFor();
    await page.reload();
    await digest.waitFor();
    expect(await digest.isChecked()).toBe(true);
  });

  test('without an e-mail address say that nothing can be sent', async () => {
    await application.world.owner.query("update staff set email = null where subject = 'counsellor2.tours'");
    const page = await application.page('counsellor2.tours', { path: '/me/notifications' });
    await page.getByText('Aucune adresse de courriel n’est connue pour vous').waitFor();
  });

  test('have a secret address for the calendar, shown once, replaced and revoked', async () => {
    const page = await application.page('mediator.tours', { path: '/me/notifications' });
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write'], { origin: application.base });
    const shown = page.getByLabel('Adresse à donner à votre agenda');
    const answers = async (url: string) => (await fetch(url)).status;
    await page.getByText('Aucune adresse n’existe pour le moment.').waitFor();
    await page.getByRole('button', { name: 'Créer l’adresse' }).click();
    const first = await shown.inputValue();
    expect(first).toMatch(/\/calendar\/[\w-]{43}\.ics$/);
    expect(await answers(first)).toBe(200);

    await page.getByRole('button', { name: 'Copier' }).click();
    await page.getByRole('status').getByText('Adresse copiée').waitFor();
    const copied = await page.evaluate(() => {
      const { navigator } = globalThis as unknown as {
        navigator: { clipboard: { readText(): Promise<string> } };
      };
      return navigator.clipboard.readText();
    });
    expect(copied).toBe(first);

    await page.reload();
    await page.getByText(/^Une adresse existe depuis le/).waitFor();
    expect(await shown.count()).toBe(0);
    await page.getByRole('button', { name: 'Remplacer l’adresse' }).click();
    const second = await shown.inputValue();
    expect([await answers(first), await answers(second)]).toEqual([404, 200]);

    await page.getByRole('button', { name: 'Révoquer l’adresse' }).click();
    await page.getByText('Adresse révoquée : votre agenda ne reçoit plus rien').waitFor();
    expect(await answers(second)).toBe(404);
    await page.getByRole('button', { name: 'Créer l’adresse' }).waitFor();
  });

  test('of an address that the browser does not copy say what to do', async () => {
    const page = await application.page('mediator.blois', { path: '/me/notifications' });
    await page.context().clearPermissions();
    await page.evaluate(() => {
      const { navigator } = globalThis as unknown as { navigator: object };
      // As on a page that came by http.
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
    });
    await page.getByRole('button', { name: 'Créer l’adresse' }).click();
    await page.getByRole('button', { name: 'Copier' }).click();
    await page.getByText(/sélectionnez-la et copiez-la vous-même/).waitFor();
  });
});

describe('a role without an inbox', () => {
  test.each(views)('finds a page without an obstacle: $language, $width px', async ({ language, width }) => {
    const page = await application.page('admin', { language, width });
    await application.hold(page, 'welcome');
  });

  test('is told who it is and what it may do', async () => {
    const page = await application.page('admin');
    expect(new URL(page.url()).pathname).toBe('/welcome');
    const main = page.getByRole('main');
    await main.getByText('(Administration)').waitFor();
    expect(await main.getByRole('listitem').allTextContents()).toEqual([
      'de lire la liste des sites',
      'de lire la liste des équipes',
      'd’inscrire des jeunes à partir d’un tableur (CSV)',
      'de lire les réglages de chaque site, ses fermetures et ses prestations',
      'de les changer, et de voir auparavant quelles échéances bougeraient',
      'de lire les tirages au sort et de les vérifier',
      'd’annoncer le tirage d’une vague',
      'de faire le fichier d’appariement de l’évaluation, et de lire ce qui en est parti',
      'de lever l’aveugle quand l’analyse est faite',
    ]);
    // Nothing leads where it may not go.
    expect(await page.getByRole('link', { name: /^(Tâches|Jeunes|Chiffres|Mes rappels)$/ }).count()).toBe(0);
    await page.goto(`/pathways/${await application.world.enrol('tours', { firstName: 'Camille' })}`);
    // While it asks the API the page has its title already.
    await page.getByRole('alert').first().waitFor();
    expect(await page.getByText('Camille').count()).toBe(0);
  });

  test.each(['committee.tours', 'committee.national', 'evaluator'])(
    'that reads figures finds these first, and nothing leads to young people: %s',
    async (person) => {
      const page = await application.page(person);
      await page.waitForURL('**/steering');
      await page.getByRole('heading', { level: 1, name: 'Chiffres du programme' }).waitFor();
      expect(await page.getByRole('link', { name: /^(Tâches|Jeunes)$/ }).count()).toBe(0);
      // Members of a committee are told of their report by e-mail, and may switch that off; there is no calendar for them.
      const reminders = page.getByRole('link', { name: 'Mes rappels' });
      expect(await reminders.count()).toBe(person === 'evaluator' ? 0 : 1);
      if (person !== 'evaluator') {
        await reminders.click();
        await page.getByText('Note d’étape prête avant une réunion du comité').first().waitFor();
        expect(await page.getByRole('heading', { level: 2 }).allTextContents()).not.toContain(
          'Mes échéances dans mon agenda',
        );
      }
      // Who they are here and what they may do is still told.
      await page.goto('/welcome');
      await page.getByRole('heading', { level: 1, name: 'Bienvenue' }).waitFor();
      expect(await page.getByRole('main').getByRole('listitem').allTextContents()).toEqual([
        'de lire la liste des sites',
        'de lire les chiffres du programme à une date',
        'de lire les tirages au sort et de les vérifier',
      ]);
    },
  );

  test('is no page for who has an inbox', async () => {
    const page = await application.page('counsellor.tours', { path: '/welcome' });
    await page.waitForURL('**/tasks');
  });
});
