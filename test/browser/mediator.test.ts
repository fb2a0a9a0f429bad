/** A mediation in a real browser, from the alert that opens it to its result. */
import { initiatorLabels, taskLabels } from '../../domain/labels';
import { causeLabels, resultLabels } from '../../domain/mediation';
import { defaultSettings } from '../../domain/settings';
import { tasks } from '../../domain/tasks';
import { apprentice, inDays } from '../setup/apprentice';
import { views, wholeApplication } from '../setup/chromium';
import { choose, field } from '../setup/form';

const app = wholeApplication();

const words = {
  fr: {
    free: /^À prendre/,
    complete: 'Terminer la tâche',
    first: 'Choisissez ce qu’il en est',
    fill: 'Remplissez ce champ',
    recorded: 'C’est enregistré',
    person: /^Page de/,
    alerts: 'Alertes et médiations',
    number: 'Médiation n° 1',
    mediator: 'médiateur : Médiation',
    history: 'Voir son histoire',
    historyOf: 'Histoire de la médiation n° 1',
    whole: 'Revenir à tout le parcours',
  },
  en: {
    free: /^Free/,
    complete: 'Complete the task',
    first: 'Choose what came of it',
    fill: 'Fill in this field',
    recorded: 'Recorded',
    person: /^Page of/,
    alerts: 'Alerts and mediations',
    number: 'Mediation no. 1',
    mediator: 'mediator: Médiation',
    history: 'See its history',
    historyOf: 'History of mediation no. 1',
    whole: 'Back to the whole pathway',
  },
} as const;

test.each(views)(
  'a high alert is accepted, the parties are met, the result is recorded and read: $language, $width px',
  async ({ language, width, site }) => {
    const { world } = app;
    const say = words[language];
    // The first follow-up a day after the meeting: it is open as soon as the meeting is recorded.
    const settings = structuredClone(defaultSettings);
    settings.tasks.mediation_follow_up.due = [{ days: 1 }, { days: 45 }];
    const set = await world.call(`coordinator.${site}`, 'put', `/api/admin/sites/${site}/settings`, {
      body: settings,
    });
    expect(set.status).toBe(200);
    const pathway = await apprentice(world, site, { lastName: `Bellanger ${site}`, firstName: 'Yanis' });
    const raised = await world.call(`counsellor.${site}`, 'post', `/api/pathways/${pathway}/alerts`, {
      body: { level: 'high', source: 'young_person', what: 'Ne veut plus y retourner' },
    });
    expect(raised.status).toBe(201);
    const accept = await world.task(pathway, 'accept_mediation');

    const page = await app.page(`mediator.${site}`, { language, width });
    const title = (kind: keyof typeof taskLabels) =>
      page.getByRole('heading', { level: 1, name: taskLabels[kind][language], exact: true });
    const complete = () => page.getByRole('button', { name: say.complete }).click();
    const recorded = page.getByRole('heading', { level: 2, name: say.recorded });

    // Found among what is free, and accepted.
    await page.getByRole('link', { name: say.free }).click();
    const row = page.locator(`[data-task="${accept}"]`);
    await row.waitFor();
    await app.hold(page, 'inbox');
    await row.locator('[data-open]').click();
    await title('accept_mediation').waitFor();
    await complete();
    await page.getByText(say.first).waitFor();
    await choose(page, tasks.accept_mediation.outcomes.accepted.label[language]);
    await complete();
    await recorded.waitFor();
    await page.getByText(tasks.accept_mediation.outcomes.accepted.then[language]).first().waitFor();
    await app.hold(page, 'accepted');

    // The parties are met: without a report it is not recorded.
    await page.getByRole('link', { name: taskLabels.meet_parties[language] }).click();
    await title('meet_parties').waitFor();
    await choose(page, tasks.meet_parties.outcomes.agreement.label[language]);
    await field(page, 'on').locator('input').fill(inDays(0));
    await complete();
    await field(page, 'report').getByText(say.fill).waitFor();
    await field(page, 'report').locator('textarea:focus').waitFor();
    await app.hold(page, 'a report is missing');
    await field(page, 'report').getByRole('textbox').fill('Horaires revus avec le maître d’apprentissage');
    await complete();
    await recorded.waitFor();

    // Its result.
    await page.getByRole('link', { name: taskLabels.mediation_follow_up[language] }).click();
    await title('mediation_follow_up').waitFor();
    await choose(page, tasks.mediation_follow_up.outcomes.resolved.label[language]);
    await complete();
    await recorded.waitFor();
    await page.getByRole('link', { name: say.person }).click();

    // On the young person's page, with its history.
    await page.getByRole('heading', { level: 1, name: `Yanis Bellanger ${site}` }).waitFor();
    const mediation = page
      .getByRole('region', { name: say.alerts })
      .getByRole('listitem')
      .filter({ hasText: say.number });
    await mediation.getByText(resultLabels.resolved[language]).waitFor();
    await mediation.filter({ hasText: causeLabels.high_alert[language] }).waitFor();
    await mediation.filter({ hasText: say.mediator }).waitFor();
    await app.hold(page, 'a young person');
    await mediation.getByRole('link', { name: say.history }).click();
    await page.locator('#timeline:focus').getByText(say.historyOf).waitFor();
    const history = page.locator('.timeline__one');
    await history.filter({ hasText: taskLabels.meet_parties[language] }).first().waitFor();
    await history
      .filter({ hasText: new RegExp(resultLabels.resolved[language], 'i') })
      .first()
      .waitFor();
    await history.getByText('Horaires revus avec le maître d’apprentissage').waitFor();
    await app.hold(page, 'the history of the mediation');
    await page.getByRole('link', { name: say.whole }).click();
    await page.locator('.timeline__filter').waitFor();
  },
);

test('a mediation that ends by a termination leaves nobody without a way to record it', async () => {
  const { world } = app;
  const site = 'roanne';
  const settings = structuredClone(defaultSettings);
  settings.tasks.mediation_follow_up.due = [{ days: 1 }, { days: 45 }];
  await world.call(`coordinator.${site}`, 'put', `/api/admin/sites/${site}/settings`, { body: settings });
  const pathway = await apprentice(world, site, { lastName: 'Vasseur', firstName: 'Nina' });
  const say = (url: string, body: object, who = `mediator.${site}`) => world.call(who, 'post', url, { body });
  const alert = { level: 'high', source: 'employer', what: 'Ne vient plus depuis lundi' };
  await say(`/api/pathways/${pathway}/alerts`, alert, `counsellor.${site}`);
  const decide = async (kind: 'accept_mediation' | 'meet_parties' | 'mediation_follow_up', body: object) => {
    const task = await world.task(pathway, kind);
    const { status } = await say(`/api/tasks/${encodeURIComponent(task)}/complete`, body);
    expect([kind, status]).toEqual([kind, 200]);
  };
  await decide('accept_mediation', { outcome: 'accepted' });
  await decide('meet_parties', {
    ...{ outcome: 'no_agreement', on: inDays(0) },
    report: 'L’employeur ne souhaite pas poursuivre',
  });
  await decide('mediation_follow_up', { outcome: 'terminated' });

  const page = await app.page(`counsellor.${site}`, { path: `/pathways/${pathway}` });
  await page.getByRole('heading', { level: 2, name: /^Médiation close le .* par une rupture/ }).waitFor();
  await app.hold(page, 'a rupture that nobody has recorded');
  await page.getByRole('button', { name: 'Enregistrer la rupture' }).click();
  await page.getByRole('heading', { name: 'Enregistrer une rupture' }).waitFor();
  await field(page, 'on').locator('input').fill(inDays(0));
  await field(page, 'initiator').getByLabel(initiatorLabels.employer.fr).check({ force: true });
  await field(page, 'reason').locator('select').selectOption({ index: 1 });
  await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  await page.getByText('Rompu', { exact: true }).waitFor();
  expect(await page.getByRole('heading', { name: /^Médiation close le .* par une rupture/ }).count()).toBe(0);
});
