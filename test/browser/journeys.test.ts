/** A day of each role in a real browser: what they see, do and are told. The application is whole, nothing is faked. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { idOf } from '../setup/api-world';
import { wholeApplication } from '../setup/chromium';

const app = wholeApplication();

/** The pathway of a young person of Tours whose first contact is open, and that task. */
async function youngPerson(): Promise<{ pathway: string; task: string }> {
  const pathway = await app.world.enrol('tours');
  return { pathway, task: await app.world.task(pathway, 'first_contact') };
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

describe('what each role finds, in both languages, on a telephone and on a desk', () => {
  test.each([
    ['counsellor.tours', 320, 'fr'],
    ['coordinator.tours', 1280, 'en'],
    ['mediator.tours', 1280, 'fr'],
    ['partner.tours', 320, 'en'],
  ] as const)('%s at %i px in %s: nobody stumbles on a page', async (person, width, language) => {
    const { pathway, task } = await youngPerson();
    const page = await app.page(person, { width, language, path: '/tasks' });
    const paths = ['/tasks?assignee=team', '/pathways', '/me/notifications'];
    if (!person.startsWith('partner')) paths.push(`/tasks/${task}`, `/pathways/${pathway}`);
    for (const path of paths) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      while ((await page.locator('.waiting').count()) > 0) await sleep(50);
      expect([path, await app.objections(page)]).toEqual([path, []]);
      expect(await page.locator('html').getAttribute('lang')).toBe(language);
    }
  });

  test.each(['committee.tours', 'committee.national', 'evaluator', 'admin'])(
    '%s is told what there is, and sees no young person',
    async (person) => {
      const { pathway } = await youngPerson();
      const page = await app.page(person);
      expect(await heading(page)).toBe('Bienvenue');
      expect(await app.objections(page)).toEqual([]);
      await page.goto(`/pathways/${pathway}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      // While it asks the API the page has its title already.
      await page.getByRole('alert').first().waitFor();
      expect(await page.getByText('Camille').count()).toBe(0);
    },
  );
});

describe('a counsellor', () => {
  test('opens a task from the inbox, sees what will follow, completes it and is shown what has opened', async () => {
    const { pathway } = await youngPerson();
    const page = await app.page('counsellor.tours', { path: '/tasks?assignee=unassigned' });
    await page.locator(`a[href^="/tasks/${pathway}"]`).first().click();
    await page.getByRole('heading', { level: 2, name: 'Terminer la tâche' }).waitFor();
    expect(await heading(page)).toBe('Premier contact');
    await page.getByText('Un référent est désigné').first().waitFor();
    const only = page.getByRole('radio', { name: /Joint/ });
    if (await only.count()) await only.check({ force: true });
    await page.getByLabel(/Canal/).selectOption('phone');
    await page.getByRole('button', { name: 'Terminer la tâche' }).click();
    await page.getByText('C’est enregistré').first().waitFor();
    const done = await app.world.task(pathway, 'first_contact', 'done');
    expect(done).toContain(pathway);
    expect(await app.objections(page)).toEqual([]);
  });

  test('finds again on another computer what was typed', async () => {
    const { task } = await youngPerson();
    const first = await app.page('counsellor.tours', { path: `/tasks/${task}` });
    await first
      .getByRole('textbox', { name: 'Commentaire (facultatif)' })
      .fill('Rappeler lundi, après le CFA');
    await first.getByText(/Brouillon enregistré à/).waitFor();
    const second = await app.page('counsellor.tours', { path: `/tasks/${task}` });
    await second.getByText(/Brouillon .* retrouvé/).waitFor();
    expect(await second.getByRole('textbox', { name: 'Commentaire (facultatif)' }).inputValue()).toBe(
      'Rappeler lundi, après le CFA',
    );
  });

  test('is told who took the task meanwhile, and keeps what was typed', async () => {
    const { task } = await youngPerson();
    const page = await app.page('counsellor.tours', { path: `/tasks/${task}` });
    await page.getByLabel(/Canal/).selectOption('phone');
    await page.getByRole('textbox', { name: 'Commentaire (facultatif)' }).fill('Joint ce matin');
    const taken = await app.world.call('counsellor2.tours', 'post', `/api/tasks/${task}/claim`);
    expect(taken.status).toBe(200);
    await page.getByText('Conseil 2 Tours').first().waitFor();
    // As typed, whatever became of the form.
    const typed =
      "[...document.querySelectorAll('textarea')].map((t) => t.value).join() + document.body.innerText";
    expect(await page.evaluate(typed)).toContain('Joint ce matin');
    expect(await app.objections(page)).toEqual([]);
  });

  test('sees in place in the inbox that a colleague took a task, and nothing moves', async () => {
    const { pathway, task } = await youngPerson();
    const page = await app.page('counsellor.tours', { path: '/tasks?assignee=team' });
    const link = page.locator(`a[href^="/tasks/${pathway}"]`).first();
    await link.waitFor();
    const before = await link.boundingBox();
    await app.world.call('counsellor2.tours', 'post', `/api/tasks/${task}/claim`);
    await page.getByText('Prise par Conseil 2 Tours').first().waitFor();
    expect(await link.boundingBox()).toEqual(before);
  });

  test('goes through the inbox by keyboard alone', async () => {
    await youngPerson();
    await youngPerson();
    const page = await app.page('counsellor.tours', { path: '/tasks?assignee=team' });
    await page.locator('a[href^="/tasks/"]').first().waitFor();
    const focused = () => page.evaluate('document.activeElement.getAttribute("href")');
    await page.keyboard.press('j');
    const first = await focused();
    await page.keyboard.press('j');
    const second = await focused();
    expect([first, second]).toEqual([
      expect.stringMatching(/^\/tasks\//),
      expect.stringMatching(/^\/tasks\//),
    ]);
    expect(second).not.toBe(first);
    await page.keyboard.press('k');
    expect(await focused()).toBe(first);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await focused()).toBe(first);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${first}`);
  });

  test('notes a contact in two clicks', async () => {
    const { pathway } = await youngPerson();
    const page = await app.page('counsellor.tours', { path: `/pathways/${pathway}` });
    await page.getByRole('button', { name: 'Noter un contact' }).click();
    await page.getByRole('button', { name: 'Message laissé' }).click();
    await page.getByText('Contact enregistré').first().waitFor();
    const { body } = await app.world.call(
      'counsellor.tours',
      'get',
      `/api/pathways/${pathway}/timeline?type=contact`,
    );
    expect(body.items).toMatchObject([{ data: { channel: 'phone', result: 'message_left' } }]);
  });

  test('seeks a young person by name, and the name stands in no address', async () => {
    await app.world.enrol('tours', { lastName: 'Quévillard', firstName: 'Élodie' });
    const asked: string[] = [];
    const page = await app.page('counsellor.tours', { path: '/pathways' });
    page.on('request', (request) => void asked.push(request.url()));
    const search = page.waitForRequest((request) => request.headers()['x-search'] === 'quevillard');
    await page.getByRole('searchbox').fill('quevillard');
    await page.keyboard.press('Enter');
    await search;
    await page.getByRole('link', { name: /Quévillard/i }).waitFor();
    await sleep(500);
    expect(asked.length).toBeGreaterThan(0);
    expect([page.url(), ...asked].filter((url) => /quevillard/i.test(url))).toEqual([]);
  });
});

test('a coordinator gives a task to a counsellor, who finds it among their own', async () => {
  const { pathway, task } = await youngPerson();
  const page = await app.page('coordinator.tours', { path: `/tasks/${task}` });
  await page.getByRole('button', { name: /Confier à quelqu’un/ }).click();
  await page.getByLabel('À qui').selectOption(idOf('counsellor.tours'));
  await page.getByRole('button', { name: 'Confier', exact: true }).click();
  await page.getByText(/Conseil 1 Tours a cette tâche/).waitFor();
  const theirs = await app.page('counsellor.tours', { path: '/tasks?assignee=me' });
  await theirs.locator(`a[href^="/tasks/${pathway}"]`).first().waitFor();
});
