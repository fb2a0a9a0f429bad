/** A coordinator's day in a real browser: many tasks at one go, a view for the team, who read what. */
import type { Page } from 'playwright-core';
import { stepLabels, taskLabels } from '../../domain/labels';
import { tasks } from '../../domain/tasks';
import { idOf, people } from '../setup/api-world';
import { inDays } from '../setup/apprentice';
import { views, wholeApplication } from '../setup/chromium';

const app = wholeApplication();

const words = {
  fr: {
    filters: /^Filtres/,
    kind: 'Types de tâche',
    step: 'Étape',
    referent: 'Référent du jeune',
    chosen: ['Référent : Pas encore désigné'],
    back: 'Retour aux tâches',
    bar: 'Tâches sélectionnées',
    selected: (n: number) => `${n} tâches sélectionnées`,
    claim: 'Prendre',
    assign: 'Confier…',
    assignNow: 'Confier',
    choosePerson: 'Choisissez une personne',
    complete: 'Terminer…',
    completeNow: 'Terminer',
    chooseOutcome: 'Choisissez ce qui s’est passé',
    choose: 'Faites un choix',
    taken: '2 tâches prises',
    given: '2 tâches confiées',
    done: '2 tâches terminées · 1 refusée, toujours sélectionnée',
    refused: 'Cette tâche est prise par une autre personne : voyez avec elle ou avec la coordination',
    isDone: 'Fait',
    close: 'Fermer',
    takenBy: (name: string) => `Prise par ${name}`,
    views: 'Vues enregistrées',
    manage: 'Enregistrer ou gérer les vues',
    name: /^Nom de la vue/,
    share: 'Partager avec l’équipe du site',
    save: 'Enregistrer',
    saved: '« À joindre » est enregistrée.',
    nameMissing: 'Donnez un nom à la vue',
    readings: 'Consultations',
    read: 'fiche du jeune',
  },
  en: {
    filters: /^Filters/,
    kind: 'Kinds of task',
    step: 'Step',
    referent: 'The young person’s referent',
    chosen: ['Referent: None yet'],
    back: 'Back to the tasks',
    bar: 'Selected tasks',
    selected: (n: number) => `${n} tasks selected`,
    claim: 'Take',
    assign: 'Assign…',
    assignNow: 'Assign',
    choosePerson: 'Choose a person',
    complete: 'Complete…',
    completeNow: 'Complete',
    chooseOutcome: 'Choose what happened',
    choose: 'Make a choice',
    taken: '2 tasks taken',
    given: '2 tasks assigned',
    done: '2 tasks completed · 1 refused, still selected',
    refused: 'Somebody else holds this task: see with them or with the coordinator',
    isDone: 'Done',
    close: 'Close',
    takenBy: (name: string) => `Taken by ${name}`,
    views: 'Saved views',
    manage: 'Save or manage views',
    name: /^Name of the view/,
    share: 'Share with the team of the site',
    save: 'Save',
    saved: '“À joindre” is saved.',
    nameMissing: 'Give the view a name',
    readings: 'Readings',
    read: 'the young person’s page',
  },
} as const;

const row = (page: Page, task: string) => page.locator(`[data-task="${task}"]`);
async function select(page: Page, some: readonly string[]): Promise<void> {
  for (const task of some) {
    // The bar of what is selected lies over the end of the window.
    await row(page, task).evaluate((element) => element.scrollIntoView({ block: 'center' }));
    await row(page, task).getByRole('checkbox').check({ force: true });
  }
}
const nameOf = (subject: string) => people[subject]?.displayName as string;

test.each(views)(
  'a coordinator narrows the team’s tasks, decides on many, and shares the view: $language, $width px',
  async ({ language, width, site }) => {
    const { world } = app;
    const say = words[language];
    const [coordinator, colleague, third] = [
      `coordinator.${site}`,
      `counsellor2.${site}`,
      `counsellor3.${site}`,
    ];
    const pathways: string[] = [];
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const pathway = await world.enrol(site);
      pathways.push(pathway);
      ids.push(await world.task(pathway, 'first_contact'));
    }
    const [a = '', b = '', c = '', d = '', e = ''] = ids;
    // Of another kind, and of a young person who has a referent: to be left out.
    const left = await world.task(
      await world.enrol(site, {
        start: { step: 'project_validation', since: inDays(0), referentId: idOf(`counsellor.${site}`) },
      }),
      'plan_discovery',
    );

    const page = await app.page(coordinator, { language, width, path: '/tasks?assignee=team' });
    await row(page, left).waitFor();
    await app.hold(page, 'inbox');

    // Narrowed, in the address, and so again for who comes back.
    const openFilters = async (of: Page) => {
      const closed = of.locator('details:not([open]) > summary').filter({ hasText: say.filters });
      if (await closed.count()) await closed.click();
    };
    await openFilters(page);
    await page.getByLabel(say.kind).selectOption('first_contact');
    await page.getByLabel(say.step, { exact: true }).selectOption('welcome');
    await page.getByLabel(say.referent).selectOption('none');
    await row(page, left).waitFor({ state: 'detached' });
    const narrowed = {
      assignee: 'team',
      step: 'welcome',
      kind: 'first_contact',
      referent: 'none',
    };
    const asked = () => Object.fromEntries(new URL(page.url()).searchParams);
    expect(asked()).toEqual(narrowed);
    for (const text of [taskLabels.first_contact[language], stepLabels.welcome[language], ...say.chosen])
      await page.locator('.inbox__chosen').getByText(text, { exact: true }).waitFor();
    await app.hold(page, 'narrowed');
    await row(page, c).locator('[data-open]').click();
    await page.getByRole('link', { name: say.back }).waitFor();
    await page.goBack();
    await row(page, c).locator('[data-open]:focus').waitFor();
    expect(asked()).toEqual(narrowed);
    expect(await page.locator('[data-task]').count()).toBe(5);

    // Several taken at one go.
    const bar = page.getByRole('region', { name: say.bar });
    await select(page, [a, b]);
    await bar.getByText(say.selected(2)).waitFor();
    await app.hold(page, 'two are selected');
    await bar.getByRole('button', { name: say.claim, exact: true }).click();
    await bar.getByRole('status').getByText(say.taken).waitFor();

    // Several given to a counsellor.
    await select(page, [c, d]);
    await bar.getByRole('button', { name: say.assign }).click();
    const assigning = page.getByRole('dialog');
    await assigning.getByRole('radio').first().waitFor();
    await assigning.getByRole('button', { name: say.assignNow, exact: true }).click();
    await assigning.getByText(say.choosePerson).waitFor();
    await app.hold(page, 'to whom');
    await assigning.getByRole('radio', { name: nameOf(colleague) }).check({ force: true });
    await assigning.getByRole('button', { name: say.assignNow, exact: true }).click();
    await bar.getByRole('status').getByText(say.given).waitFor();
    await row(page, d).getByText(nameOf(colleague)).first().waitFor();

    // Several completed, of which a colleague takes one meanwhile: that one is refused in words and stays selected.
    await select(page, [a, b, e]);
    await world.call(third, 'post', `/api/tasks/${e}/claim`);
    await row(page, e)
      .getByText(say.takenBy(nameOf(third)))
      .waitFor();
    await bar.getByRole('button', { name: say.complete }).click();
    const completing = page.getByRole('dialog');
    await completing.getByRole('button', { name: say.completeNow, exact: true }).click();
    await completing.getByText(say.chooseOutcome).waitFor();
    await completing
      .getByRole('radio', { name: tasks.first_contact.outcomes.reached.label[language] })
      .check({ force: true });
    await completing.getByRole('button', { name: say.completeNow, exact: true }).click();
    await completing.locator('[data-pointer="/channel"]').getByText(say.choose).waitFor();
    await app.hold(page, 'the form for all');
    await completing.locator('[data-pointer="/channel"] select').selectOption('sms');
    await completing.getByRole('button', { name: say.completeNow, exact: true }).click();
    const results = page.getByRole('dialog', { name: say.done });
    await results.waitFor();
    const each = results.locator('.inbox__results > li');
    expect(await each.count()).toBe(3);
    // What needs somebody comes first, with the reason and with whom.
    expect(await each.first().textContent()).toContain(say.refused);
    expect(await each.first().textContent()).toContain(nameOf(third));
    expect(await each.filter({ hasText: say.isDone }).count()).toBe(2);
    await app.hold(page, 'results');
    await results.getByRole('button', { name: say.close }).click();
    await results.waitFor({ state: 'hidden' });
    expect(await row(page, e).getByRole('checkbox').isChecked()).toBe(true);
    expect(await row(page, a).getByRole('checkbox').isChecked()).toBe(false);
    await world.task(pathways[0] as string, 'first_contact', 'done');
    await world.task(pathways[1] as string, 'first_contact', 'done');
    await world.task(pathways[4] as string, 'first_contact', 'open');

    // The view is saved and shared.
    await openFilters(page);
    await page.getByRole('button', { name: say.manage }).click();
    const saving = page.getByRole('dialog', { name: say.views });
    await saving.getByRole('button', { name: say.save, exact: true }).click();
    await saving.getByText(say.nameMissing).waitFor();
    await saving.getByRole('textbox', { name: say.name }).fill('À joindre');
    await saving.getByRole('checkbox', { name: say.share }).check({ force: true });
    await saving.getByRole('button', { name: say.save, exact: true }).click();
    await saving.getByText(say.saved).waitFor();
    await app.hold(page, 'views');

    // A counsellor of the site finds it; one of another site does not.
    const theirs = await app.page(colleague, { language, width });
    await openFilters(theirs);
    await theirs.getByRole('combobox', { name: say.views }).selectOption({ label: 'À joindre' });
    await row(theirs, d).waitFor();
    expect(Object.fromEntries(new URL(theirs.url()).searchParams)).toEqual(narrowed);
    const elsewhere = await world.call('counsellor.roanne', 'get', '/api/views');
    expect(elsewhere.body.items).toEqual([]);

    // Who read whom.
    await world.call(third, 'get', `/api/pathways/${pathways[2]}`);
    await page.goto('/readings');
    await page.getByRole('tab', { name: say.readings, selected: true }).waitFor();
    const reading = page.locator('.log__one').filter({ hasText: nameOf(third) });
    await reading.locator(`a[href="/pathways/${pathways[2]}"]`).waitFor();
    expect(await reading.textContent()).toContain(say.read);
    await app.hold(page, 'readings');
  },
);

test('a coordinator gives one task to a counsellor, who finds it among their own', async () => {
  const pathway = await app.world.enrol('roanne');
  const task = await app.world.task(pathway, 'first_contact');
  const page = await app.page('coordinator.roanne', { path: `/tasks/${task}` });
  await page.getByRole('button', { name: /Confier à quelqu’un/ }).click();
  await page.getByLabel('À qui').selectOption(idOf('counsellor.roanne'));
  await page.getByRole('button', { name: 'Confier', exact: true }).click();
  await page.getByText(/Conseil 1 Roanne a cette tâche/).waitFor();
  const theirs = await app.page('counsellor.roanne', { path: '/tasks?assignee=me' });
  await row(theirs, task).waitFor();
});
