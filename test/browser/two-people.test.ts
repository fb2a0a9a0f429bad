/** Two people on the same task, each in a browser of their own: one is recorded, the other is told and loses nothing. */
import type { Page } from 'playwright-core';
import { tasks } from '../../domain/tasks';
import { people } from '../setup/api-world';
import { views, wholeApplication } from '../setup/chromium';
import { expectFocusOn, expectFocusSeen } from '../setup/focus';
import { field } from '../setup/form';

const app = wholeApplication();

const words = {
  fr: {
    complete: 'Terminer la tâche',
    changed: 'La tâche vient de changer',
    completedBy: (who: string) =>
      `${who} a terminé la tâche : ${tasks.first_contact.outcomes.reached.label.fr}.`,
    nowHas: (who: string) => `${who} a maintenant cette tâche.`,
    kept: 'Ce que vous aviez saisi',
    notSent: /^Rien n’en a été enregistré/,
    comment: 'Reprendre en commentaire',
    add: 'Ajouter',
    recorded: 'C’est enregistré',
    closed: 'La tâche a été terminée entre-temps',
    notTwice: /^Rien n’a été enregistré une seconde fois/,
    done: 'Tâche terminée',
    claim: /^Prendre/,
    release: /^Rendre/,
    held: 'Cette tâche est prise par une autre personne : voyez avec elle ou avec la coordination',
    takenBy: (who: string) => `Prise par ${who}`,
  },
  en: {
    complete: 'Complete the task',
    changed: 'The task has just changed',
    completedBy: (who: string) =>
      `${who} completed the task: ${tasks.first_contact.outcomes.reached.label.en}.`,
    nowHas: (who: string) => `${who} now has this task.`,
    kept: 'What you had typed',
    notSent: /^None of it was recorded/,
    comment: 'Make it a comment',
    add: 'Add',
    recorded: 'Recorded',
    closed: 'The task has been completed meanwhile',
    notTwice: /^Nothing was recorded a second time/,
    done: 'Task completed',
    claim: /^Take/,
    release: /^Give back/,
    held: 'Somebody else holds this task: see with them or with the coordinator',
    takenBy: (who: string) => `Taken by ${who}`,
  },
} as const;

const nameOf = (subject: string) => people[subject]?.displayName as string;
const channel = (page: Page) => field(page, 'channel').locator('select');
const comment = (page: Page) => field(page, 'comment').locator('textarea');

/** Holds back what each page sends there until all have sent it. */
async function atTheSameMoment(pages: readonly Page[], path: RegExp): Promise<void> {
  const held: (() => void)[] = [];
  for (const page of pages) {
    await page.route(path, async (route) => {
      await new Promise<void>((goOn) => {
        held.push(goOn);
        if (held.length >= pages.length) for (const one of held) one();
      });
      await route.continue();
    });
  }
}

/** The task of the two, and a browser of each. */
async function two({ language, width, site }: (typeof views)[number], path: (task: string) => string) {
  const pathway = await app.world.enrol(site);
  const task = await app.world.task(pathway, 'first_contact');
  const both = [`counsellor.${site}`, `counsellor2.${site}`];
  const [one, other] = (await Promise.all(
    both.map((person) => app.page(person, { language, width, path: path(task) })),
  )) as [Page, Page];
  const names = both.map(nameOf) as [string, string];
  return { say: words[language], pathway, task, one, other, names };
}
const itsPage = (task: string) => `/tasks/${task}`;

/** Who completed what, by the record. */
async function completions(pathway: string, reader: string) {
  const { body } = await app.world.call(
    reader,
    'get',
    `/api/pathways/${pathway}/timeline?type=task_completed`,
  );
  return body.items as { words?: { comment?: string } }[];
}

describe.each([views[0], views[3]])('in $language, $width px', (view) => {
  test('one completes it while the other types, who is told and goes on from what they typed', async () => {
    const { say, pathway, one, other, names } = await two(view, itsPage);
    await channel(one).selectOption('phone');
    await comment(one).click();
    await comment(one).pressSequentially('Joint ce matin, CV à revoir');
    await channel(other).selectOption('sms');
    await other.getByRole('button', { name: say.complete }).click();
    await other.getByRole('heading', { name: say.recorded }).waitFor();

    await one.getByRole('heading', { name: say.changed }).waitFor();
    await one.getByText(say.completedBy(names[1])).waitFor();
    const kept = one.getByRole('region', { name: say.kept });
    await kept.getByText(say.notSent).waitFor();
    await kept.getByText('Joint ce matin, CV à revoir').waitFor();
    expect(await one.getByRole('button', { name: say.complete }).count()).toBe(0);
    await one.locator('.task-main :focus').waitFor();
    await expectFocusSeen(one, 'what one typed into is gone');
    await app.hold(one, 'told and kept');
    await kept.getByRole('button', { name: say.comment }).click();
    await expectFocusOn(one.locator('#comment'), 'made a comment');
    expect(await one.locator('#comment').inputValue()).toContain('Joint ce matin, CV à revoir');
    await one.getByRole('button', { name: say.add, exact: true }).click();
    await one.locator('.task-comments__body').getByText('CV à revoir').waitFor();
    expect(await completions(pathway, `counsellor.${view.site}`)).toHaveLength(1);
  });

  test('one takes it while the other types, whose words are still there', async () => {
    const { say, task, one, other, names } = await two(view, itsPage);
    await channel(one).selectOption('phone');
    await comment(one).fill('Joint ce matin');
    await other.close();
    await app.world.call(`counsellor2.${view.site}`, 'post', `/api/tasks/${task}/claim`);
    await one.getByText(say.nowHas(names[1])).waitFor();
    await one.getByRole('region', { name: say.kept }).getByText('Joint ce matin').waitFor();
    await app.hold(one, 'taken by a colleague');
  });

  test('both complete it at the same moment: one is recorded, the other sees why not', async () => {
    const { say, pathway, one, other, names } = await two(view, itsPage);
    const both = [one, other];
    await atTheSameMoment(both, /\/complete$/);
    for (const [n, page] of both.entries()) {
      await channel(page).selectOption('phone');
      await comment(page).fill(`Vu par ${names[n]}`);
    }
    await Promise.all(both.map((page) => page.getByRole('button', { name: say.complete }).click()));
    const recorded = (page: Page) => page.getByRole('heading', { name: say.recorded, exact: true });
    const refused = (page: Page) => page.getByRole('heading', { name: say.closed, exact: true });
    for (const page of both) await recorded(page).or(refused(page)).first().waitFor();
    const won = await Promise.all(both.map((page) => recorded(page).count()));
    expect([...won].sort()).toEqual([0, 1]);
    const winner = won.indexOf(1);
    const [first, second] = [names[winner], names[1 - winner]] as [string, string];
    const loser = both[1 - winner] as Page;
    await loser.getByText(say.notTwice).waitFor();
    const done = loser.getByRole('region', { name: say.done });
    await done.getByText(first).first().waitFor();
    await loser.getByRole('region', { name: say.kept }).getByText(`Vu par ${second}`).waitFor();
    await expectFocusSeen(loser, 'refused');
    await app.hold(loser, 'refused');
    const all = await completions(pathway, `counsellor.${view.site}`);
    expect(all.map((event) => event.words?.comment)).toEqual([`Vu par ${first}`]);
  });

  test('both take it in the inbox at the same moment: one has it, the other sees who', async () => {
    const { say, task, one, other, names } = await two(view, () => '/tasks?assignee=unassigned');
    const both = [one, other];
    await atTheSameMoment(both, /\/claim$/);
    const row = (page: Page) => page.locator(`[data-task="${task}"]`);
    for (const page of both) await row(page).getByRole('button', { name: say.claim }).focus();
    await Promise.all(both.map((page) => page.keyboard.press('Enter')));
    const has = (page: Page) => row(page).getByRole('button', { name: say.release });
    const told = (page: Page) => row(page).getByText(say.held);
    for (const page of both) await has(page).or(told(page)).first().waitFor();
    const won = await Promise.all(both.map((page) => has(page).count()));
    expect([...won].sort()).toEqual([0, 1]);
    const winner = won.indexOf(1);
    const loser = both[1 - winner] as Page;
    await row(loser)
      .getByText(say.takenBy(names[winner] as string))
      .waitFor();
    // The button is gone, the row is still there.
    await expectFocusOn(row(loser).locator('[data-open]'), 'taken by a colleague');
    await app.hold(loser, 'taken by a colleague');
    const { body } = await app.world.call(`coordinator.${view.site}`, 'get', `/api/tasks/${task}`);
    expect(body.assignee.displayName).toBe(names[winner]);
  });
});

test('that a colleague took a task is seen in place in the inbox, and nothing moves', async () => {
  const task = await app.world.task(await app.world.enrol('roanne'), 'first_contact');
  const page = await app.page('counsellor.roanne', { path: '/tasks?assignee=team' });
  const row = page.locator(`[data-task="${task}"]`);
  await row.waitFor();
  const before = await row.boundingBox();
  await app.world.call('counsellor2.roanne', 'post', `/api/tasks/${task}/claim`);
  await row.getByText('Prise par Conseil 2 Roanne').waitFor();
  expect(await row.boundingBox()).toEqual(before);
});
