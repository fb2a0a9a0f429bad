/** The inbox by keyboard alone, in a real browser: the focus is always somewhere, and is seen. */
import type { Page } from 'playwright-core';
import { channelLabels, taskLabels } from '../../domain/labels';
import { views, wholeApplication } from '../setup/chromium';
import { expectFocusOn, expectFocusSeen, tabTo } from '../setup/focus';
import { field } from '../setup/form';

const app = wholeApplication();

const words = {
  fr: {
    release: /^Rendre/,
    claim: /^Prendre/,
    bar: 'Tâches sélectionnées',
    taken: '2 tâches prises',
    close: 'Fermer',
    complete: 'Terminer la tâche',
    choose: 'Faites un choix',
    recorded: 'C’est enregistré',
    back: 'Retour aux tâches',
    help: 'Raccourcis clavier',
    views: 'Vues enregistrées',
    manage: 'Enregistrer ou gérer les vues',
    assign: 'Confier…',
    unselect: 'Tout désélectionner',
    remove: /^Retirer le filtre/,
    content: 'Contenu',
  },
  en: {
    release: /^Give back/,
    claim: /^Take/,
    bar: 'Selected tasks',
    taken: '2 tasks taken',
    close: 'Close',
    complete: 'Complete the task',
    choose: 'Make a choice',
    recorded: 'Recorded',
    back: 'Back to the tasks',
    help: 'Keyboard shortcuts',
    views: 'Saved views',
    manage: 'Save or manage views',
    assign: 'Assign…',
    unselect: 'Unselect all',
    remove: /^Remove the filter/,
    content: 'Content',
  },
} as const;

const rows = (page: Page) => page.locator('[data-task]');
const link = (page: Page, n: number) => rows(page).nth(n).locator('[data-open]');

/** Young people of one name, whose first contact is open. @returns the tasks */
async function enrol(site: string, lastName: string, howMany: number): Promise<string[]> {
  const found: string[] = [];
  for (let n = 0; n < howMany; n++) {
    const pathway = await app.world.enrol(site, {
      lastName: `${lastName} ${site}`,
      firstName: ['Aude', 'Basile', 'Cléo'][n],
    });
    found.push(await app.world.task(pathway, 'first_contact'));
  }
  return found;
}

test.each([views[1], views[2]])(
  'a whole round: sought, selected, claimed, opened, completed, and back in the list: $language, $width px',
  async ({ language, width, site }) => {
    const say = words[language];
    await enrol(site, 'Tabarly', 3);
    await enrol(site, 'Moitessier', 1);
    const page = await app.page(`counsellor.${site}`, {
      language,
      width,
      path: '/tasks?assignee=unassigned',
    });
    const press = (key: string) => page.keyboard.press(key);
    await rows(page).nth(3).waitFor();

    // Sought.
    await press('/');
    await expectFocusOn(page.getByRole('searchbox'), 'to the search');
    await page.keyboard.type('tabarly');
    await press('Enter');
    await rows(page).nth(3).waitFor({ state: 'detached' });
    await expectFocusOn(page.getByRole('searchbox'), 'sought');
    await press('Tab');
    await expectFocusSeen(page, 'out of the search');

    // Up and down.
    for (const [key, n] of [
      ['j', 0],
      ['j', 1],
      ['j', 2],
      ['j', 2],
      ['k', 1],
      ['k', 0],
    ] as const) {
      await press(key);
      await expectFocusOn(link(page, n), `${key} to row ${n}`);
    }

    // Selected and not; claimed and given back.
    await press('x');
    const bar = page.getByRole('region', { name: say.bar });
    await bar.waitFor();
    expect(await rows(page).first().getByRole('checkbox').isChecked()).toBe(true);
    await expectFocusOn(link(page, 0), 'selected');
    await press('x');
    await bar.waitFor({ state: 'detached' });
    await expectFocusOn(link(page, 0), 'no longer selected');
    await press('c');
    const giveBack = rows(page).first().getByRole('button', { name: say.release });
    await giveBack.waitFor();
    await expectFocusOn(link(page, 0), 'claimed');
    await tabTo(giveBack);
    await press('Enter');
    const claim = rows(page).first().getByRole('button', { name: say.claim });
    await expectFocusOn(claim, 'given back by the button');

    // Two at one go: the bar is at the end of the page.
    await press('k');
    await press('x');
    await press('j');
    await press('x');
    await expectFocusOn(link(page, 1), 'two are selected');
    await tabTo(bar.getByRole('button', { name: say.claim }));
    await press('Enter');
    await bar.getByRole('status').getByText(say.taken).waitFor();
    await page.locator('.inbox__bulk:focus, .inbox__bulk :focus').waitFor();
    await expectFocusSeen(page, 'two were taken');
    await tabTo(bar.getByRole('button', { name: say.close }));
    await press('Enter');
    await bar.waitFor({ state: 'detached' });
    await expectFocusOn(link(page, 1), 'the bar is closed');

    // Opened, filled in and completed.
    const left = await rows(page).nth(1).getAttribute('data-task');
    await press('Enter');
    const title = page.getByRole('heading', { level: 1, name: taskLabels.first_contact[language] });
    await expectFocusOn(title, 'opened');
    expect(page.url()).toContain(left);
    const channel = field(page, 'channel').locator('select');
    await tabTo(page.getByRole('button', { name: say.complete }));
    await press('Enter');
    await page.getByText(say.choose).waitFor();
    await expectFocusOn(channel, 'not complete');
    await page.keyboard.type(channelLabels.visit[language].slice(0, 3));
    expect(await channel.inputValue()).toBe('visit');
    await press('Control+Enter');
    await expectFocusOn(page.getByRole('heading', { level: 2, name: say.recorded }), 'completed');

    // Back in the list that was sought, at the row after the one that is done.
    const back = page.getByRole('link', { name: say.back }).last();
    await tabTo(back);
    await press('Enter');
    await page.locator(`[data-task="${left}"]`).waitFor({ state: 'detached' });
    await page.locator('[data-open]:focus').waitFor();
    await expectFocusSeen(page, 'back in the list');
    expect(await page.getByRole('searchbox').inputValue()).toBe('tabarly');

    // Looked at only: back by the browser is at the same row.
    const same = page.url();
    const seen = await page.locator('[data-task]:focus-within').getAttribute('data-task');
    await press('Enter');
    await title.waitFor();
    await page.goBack();
    await expectFocusOn(page.locator(`[data-task="${seen}"] [data-open]`), 'back by the browser');
    expect(page.url()).toBe(same);
  },
);

test('dialogs keep the focus and give it back', async () => {
  const say = words.fr;
  await enrol('tours', 'Colas', 2);
  const page = await app.page('coordinator.tours', { path: '/tasks?assignee=team' });
  const press = (key: string) => page.keyboard.press(key);
  await rows(page).nth(1).waitFor();
  /** Round the dialog and beyond its end, then out by its button. */
  const goRound = async (name: string) => {
    const dialog = page.getByRole('dialog', { name });
    await dialog.waitFor();
    await dialog.locator(':focus').waitFor();
    const stops = await dialog.locator('a, button, input, select').count();
    for (let stop = 0; stop < stops + 2; stop++) {
      await press('Tab');
      expect([name, await dialog.locator(':focus').count()]).toEqual([name, 1]);
      await expectFocusSeen(page, name);
    }
    return dialog;
  };
  await press('j');
  await expectFocusOn(link(page, 0), 'a row');
  await press('?');
  const help = await goRound(say.help);
  await tabTo(help.getByRole('button', { name: say.close }));
  await press('Escape');
  await help.waitFor({ state: 'hidden' });
  await expectFocusOn(link(page, 0), 'after the help');

  const manage = page.getByRole('button', { name: say.manage });
  await tabTo(page.locator('.inbox__filters summary'), 'Shift+Tab');
  await press('Enter');
  await tabTo(manage);
  await press('Enter');
  const saved = await goRound(say.views);
  await tabTo(saved.getByRole('button', { name: say.close }));
  await press('Enter');
  await saved.waitFor({ state: 'hidden' });
  await expectFocusOn(manage, 'after the views');

  await press('j');
  await press('x');
  const bar = page.getByRole('region', { name: say.bar });
  const assign = bar.getByRole('button', { name: say.assign });
  await tabTo(assign);
  await press('Enter');
  const to = page.getByRole('dialog', { name: /^Confier/ });
  await to.getByRole('radio').first().waitFor();
  await goRound((await to.getByRole('heading').first().textContent()) as string);
  await tabTo(to.getByRole('button', { name: say.close }));
  await press('Enter');
  await to.waitFor({ state: 'hidden' });
  await expectFocusOn(assign, 'after choosing nobody');
  await tabTo(bar.getByRole('button', { name: say.unselect }));
  await press('Enter');
  await bar.waitFor({ state: 'detached' });
  await page.locator('[data-open]:focus').waitFor();
  await expectFocusSeen(page, 'nothing is selected any more');
});

test('what had the focus goes, and the focus goes on beside it', async () => {
  const say = words.fr;
  const [task = ''] = await enrol('limousin', 'Riou', 2);
  const page = await app.page('counsellor.limousin', { path: '/tasks?assignee=team&kind=first_contact' });
  const press = (key: string) => page.keyboard.press(key);
  const row = page.locator(`[data-task="${task}"]`);
  await row.waitFor();
  // A colleague takes the task whose button one is on.
  await tabTo(row.getByRole('button', { name: say.claim }));
  await app.world.call('counsellor2.limousin', 'post', `/api/tasks/${task}/claim`);
  await row.getByRole('button', { name: say.claim }).waitFor({ state: 'detached' });
  await expectFocusOn(row.locator('[data-open]'), 'a colleague took it');
  // A filter is removed by its own button.
  await tabTo(page.getByRole('button', { name: say.remove }), 'Shift+Tab');
  await press('Enter');
  await page.getByRole('button', { name: say.remove }).waitFor({ state: 'detached' });
  await expectFocusOn(page.locator('summary').first(), 'a filter is removed');
});

test('the skip link leads to the content, and what was sought stays', async () => {
  const say = words.fr;
  await enrol('le-mans', 'Autissier', 1);
  await enrol('le-mans', 'Kersauson', 1);
  const page = await app.page('counsellor.le-mans', { path: '/tasks?assignee=team' });
  await rows(page).nth(1).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('autissier');
  await page.keyboard.press('Enter');
  await rows(page).nth(1).waitFor({ state: 'detached' });
  const before = page.url();
  await tabTo(page.getByRole('link', { name: say.content, exact: true }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expectFocusOn(page.locator('#content h1'), 'to the content');
  await page.keyboard.press('Tab');
  await expectFocusOn(page.locator('#content :focus'), 'in the content');
  expect([page.url(), await rows(page).count()]).toEqual([before, 1]);
});
