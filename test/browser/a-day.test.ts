/** What somebody hesitated at who had only the page in front of them (docs/a-day.md), and does not any more. */
import { wholeApplication } from '../setup/chromium';

jest.setTimeout(60_000);

const app = wholeApplication();

test('a counsellor reaches a young person from the task, and is not led away from it', async () => {
  const pathway = await app.world.enrol('tours', { firstName: 'Inès', phone: '06 39 98 11 01' });
  const task = await app.world.task(pathway, 'first_contact');
  const page = await app.page('counsellor.tours', { width: 320, path: `/tasks/${task}` });
  await page.getByRole('button', { name: 'Noter une tentative' }).click();
  await page.getByRole('link', { name: 'Appeler Inès, 06 39 98 11 01' }).waitFor();
  expect(await app.objections(page)).toEqual([]);
  await page.getByRole('button', { name: 'Pas joint' }).click();
  await page.getByText('Contact enregistré').waitFor();
  // The task stays open; one who is reached has had the first contact, and it is still said.
  await page.getByRole('button', { name: 'Terminer la tâche' }).waitFor();
  await page.getByRole('button', { name: 'Joindre Inès' }).click();
  await page.getByRole('button', { name: 'Joint', exact: true }).click();
  await page.getByRole('heading', { name: 'Tâche terminée : Joint' }).waitFor();
  await page.getByText('Contact enregistré').waitFor();
  expect(await page.getByText('La tâche vient de changer').count()).toBe(0);
  expect(new URL(page.url()).pathname).toBe(`/tasks/${task}`);
});

test('in the inbox the name leads to the young person and the task to the task', async () => {
  const pathway = await app.world.enrol('blois', { lastName: 'Quévillard' });
  const task = await app.world.task(pathway, 'first_contact');
  const page = await app.page('counsellor.blois', { path: '/tasks?assignee=unassigned' });
  const row = page.locator(`[data-task="${task}"]`);
  await row.getByRole('link', { name: /^QUÉVILLARD/ }).click();
  await page.waitForURL(`**/pathways/${pathway}`);
  await page.goBack();
  await row.getByRole('link', { name: /^Premier contact/ }).click();
  await page.waitForURL(`**/tasks/${task}`);
});

test('what is to be taken is what one may take', async () => {
  await app.world.task(await app.world.enrol('ain'), 'first_contact');
  const counsellor = await app.page('counsellor.ain', { path: '/tasks' });
  await counsellor.getByRole('link', { name: 'À prendre (1)' }).waitFor();
  const mediator = await app.page('mediator.ain', { path: '/tasks' });
  await mediator.getByRole('link', { name: 'À prendre (0)' }).click();
  await mediator.getByText('Aucune tâche à prendre').waitFor();
  await mediator.getByRole('link', { name: 'Équipe (1)' }).waitFor();
});
