/** What a partner finds in a real browser: what it shares, and nobody else. */
import { taskLabels } from '../../domain/labels';
import { tasks } from '../../domain/tasks';
import { idOf } from '../setup/api-world';
import { inDays } from '../setup/apprentice';
import { views, wholeApplication } from '../setup/chromium';
import { choose, field } from '../setup/form';

const app = wholeApplication();

const words = {
  fr: {
    both: /partagée avec vous : vous pouvez la terminer/,
    complete: 'Terminer la tâche',
    date: 'Cette date est incomplète ou n’existe pas : corrigez-la',
    recorded: 'C’est enregistré',
    inbox: 'Retour aux tâches',
    empty: 'Aucune tâche ouverte.',
    shared: /^Vous voyez ce que vous partagez avec le site/,
    notFound: 'Page introuvable',
    why: 'Cette adresse ne mène à rien, ou à quelque chose que vous ne pouvez pas voir.',
    young: 'Jeunes',
  },
  en: {
    both: /shared with you: you can complete it/,
    complete: 'Complete the task',
    date: 'This date is incomplete or does not exist: correct it',
    recorded: 'Recorded',
    inbox: 'Back to the tasks',
    empty: 'No open task.',
    shared: /^You see what you share with the site/,
    notFound: 'Page not found',
    why: 'This address leads nowhere, or to something that you may not see.',
    young: 'Young people',
  },
} as const;

test.each(views)(
  'a partner completes what is theirs and meets nobody else: $language, $width px',
  async ({ language, width, site }) => {
    const { world } = app;
    const say = words[language];
    const enrol = (lastName: string) =>
      world.enrol(site, {
        lastName,
        firstName: 'Maël',
        familyContact: { name: `Odile ${lastName}` },
        start: { step: 'project_validation', since: inDays(0), referentId: idOf(`counsellor.${site}`) },
      });
    /** An action for each of these partners. @returns their tasks */
    const plan = async (pathway: string, partners: readonly string[]): Promise<string[]> => {
      const task = await world.task(pathway, 'plan_discovery');
      const actions = partners.map((partner, n) => ({
        action: ['cfa_visit', 'open_day'][n],
        on: inDays(0),
        partnerId: idOf(`${partner}.${site}`),
      }));
      const { body } = await world.call(`counsellor.${site}`, 'post', `/api/tasks/${task}/complete`, {
        body: { outcome: 'planned', actions },
      });
      return body.opened;
    };
    const [shared, other] = [await enrol(`Kermarrec ${site}`), await enrol(`Destrée ${site}`)];
    const [own = '', besides = ''] = await plan(shared, ['partner', 'partner2']);
    const [others = ''] = await plan(other, ['partner2']);
    for (const id of [own, besides, others]) expect(id).not.toBe('');

    const page = await app.page(`partner.${site}`, { language, width });
    const names: string[] = [];
    const hold = async (stop: string) => {
      await app.hold(page, stop);
      names.push((await page.locator('body').textContent()) ?? '');
    };

    // Their own task alone.
    const rows = page.locator('[data-task]');
    await rows.first().waitFor();
    expect(await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-task')))).toEqual([own]);
    await hold('inbox');

    // Completed, with a date that is half typed first.
    await rows.first().locator('[data-open]').click();
    await page.getByRole('heading', { level: 1, name: taskLabels.discovery_action[language] }).waitFor();
    // The referent has it, and they may complete it.
    await page.getByText(say.both).waitFor();
    await choose(page, tasks.discovery_action.outcomes.done.label[language]);
    const started = field(page, 'startedOn');
    await started.locator('input').focus();
    await page.keyboard.type('12');
    await page.getByRole('button', { name: say.complete }).click();
    await started.getByText(say.date).waitFor();
    await started.locator('input:focus').waitFor();
    await hold('a wrong form');
    await started.locator('input').fill(inDays(0));
    await field(page, 'review').getByRole('textbox').fill('Très intéressé par la pâtisserie');
    await page.getByRole('button', { name: say.complete }).click();
    await page.getByRole('heading', { level: 2, name: say.recorded }).waitFor();
    await hold('completed');
    await page.getByRole('link', { name: say.inbox }).last().click();
    await page.getByText(say.empty).waitFor();

    // The young person they share, and the list of those.
    await page.goto('/pathways');
    const list = page.getByRole('link', { name: /Kermarrec/i });
    await list.waitFor();
    await hold('young people');
    await list.click();
    await page.getByRole('heading', { level: 1, name: `Maël Kermarrec ${site}` }).waitFor();
    await page.getByText(say.shared).waitFor();
    await hold('a young person');

    // What is not theirs is not there.
    for (const at of [
      `/tasks/${besides}`,
      `/tasks/${others}`,
      `/pathways/${other}`,
      `/pathways/${other}/print`,
    ]) {
      await page.goto(at);
      await page.getByRole('heading', { level: 1, name: say.notFound }).waitFor();
      await page.getByText(say.why).waitFor();
    }
    await hold('not found');
    expect(names.filter((text) => /Destrée|Odile/i.test(text))).toEqual([]);
  },
);
