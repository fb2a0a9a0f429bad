/** A counsellor's day in a real browser: from signing in to the sheet for the tripartite meeting. */
import type { Page } from 'playwright-core';
import { eventGroups } from '../../domain/event-groups';
import { eventLabels } from '../../domain/events';
import {
  alertLevelLabels,
  alertSourceLabels,
  channelLabels,
  contactResultLabels,
  taskLabels,
} from '../../domain/labels';
import { tasks } from '../../domain/tasks';
import { apprentice, employer } from '../setup/apprentice';
import { views, wholeApplication } from '../setup/chromium';
import { choose, field } from '../setup/form';

const app = wholeApplication();

const words = {
  fr: {
    everybody: 'Toutes les personnes et tous les sites',
    free: /^À prendre/,
    mine: /^Mes tâches/,
    claim: /^Prendre/,
    release: /^Rendre/,
    complete: 'Terminer la tâche',
    choose: 'Faites un choix',
    whole: 'Écrivez un nombre entier, par exemple 12',
    range: 'Donnez un nombre de 0 à 300',
    fill: 'Remplissez ce champ',
    recorded: 'C’est enregistré',
    opens: 'Ce qui s’ouvre maintenant',
    next: 'Tâche suivante',
    person: /^Page de/,
    contact: 'Noter un contact',
    contactKept: /Contact enregistré/,
    other: 'Enregistrer un autre événement',
    save: 'Enregistrer',
    happened: 'Ce qui s’est passé',
    why: 'Pourquoi cette date',
    because: /2 jours ouvrés/,
    afterwards: 'Ce qui vient ensuite',
    forecast: 'Si personne ne fait rien',
    print: 'Fiche pour la rencontre tripartite',
    sheet: 'Rencontre tripartite',
    leftOut: /elle laisse de côté les notes/,
  },
  en: {
    everybody: 'All people and all sites',
    free: /^Free/,
    mine: /^My tasks/,
    claim: /^Take/,
    release: /^Give back/,
    complete: 'Complete the task',
    choose: 'Make a choice',
    whole: 'Write a whole number, for example 12',
    range: 'Give a number from 0 to 300',
    fill: 'Fill in this field',
    recorded: 'Recorded',
    opens: 'What opens now',
    next: 'Next task',
    person: /^Page of/,
    contact: 'Record a contact',
    contactKept: /Contact recorded/,
    other: 'Record another event',
    save: 'Record',
    happened: 'What has happened',
    why: 'Why this date',
    because: /2 working days/,
    afterwards: 'What comes next',
    forecast: 'If nobody does anything',
    print: 'Sheet for the tripartite meeting',
    sheet: 'Tripartite meeting',
    leftOut: /it leaves out the notes/,
  },
} as const;

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });

test.each(views)(
  'from signing in through the inbox, a task and a young person to the printed sheet: $language, $width px',
  async ({ language, width, site }) => {
    const { world } = app;
    const say = words[language];
    const counsellor = `counsellor.${site}`;
    for (const _ of ['claimed', 'offered next']) {
      await world.task(await world.enrol(site), 'first_contact');
    }
    const pathway = await apprentice(world, site, {
      lastName: `Aubertin ${site}`,
      firstName: 'Inès',
      email: 'ines@jeune.invalid',
      familyContact: { name: 'Solange Aubertin', phone: '06 98 76 54 32' },
    });
    const trial = await world.task(pathway, 'trial_review');
    const page = await app.page(null, { language, width, path: '/tasks?assignee=unassigned' });

    // Signed in, and where one was going.
    await app.hold(page, 'sign-in');
    await page.getByRole('link', { name: say.everybody }).click();
    await page.locator(`button[value="${counsellor}"]`).click();
    const first = page.locator('[data-task]').first();
    await first.waitFor();
    expect(new URL(page.url()).pathname).toBe('/tasks');
    await app.hold(page, 'inbox');

    // Claimed in the list, opened, and what is missing is said at its field.
    await first.getByRole('button', { name: say.claim }).click();
    await first.getByRole('button', { name: say.release }).waitFor();
    await first.locator('[data-open]').click();
    await title(page, taskLabels.first_contact[language]).waitFor();
    await page.getByRole('button', { name: say.complete }).click();
    await field(page, 'channel').getByText(say.choose).waitFor();
    await field(page, 'channel').locator('select:focus').waitFor();
    await app.hold(page, 'a wrong form');
    await field(page, 'channel').locator('select').selectOption('phone');
    await page.getByRole('button', { name: say.complete }).click();

    // What follows, what has opened, and the next one.
    await page.getByRole('heading', { level: 2, name: say.recorded }).waitFor();
    await page.getByText(tasks.first_contact.outcomes.reached.then[language]).first().waitFor();
    await page.getByRole('heading', { name: say.opens }).waitFor();
    await page.getByRole('link', { name: taskLabels.assign_referent[language] }).waitFor();
    await app.hold(page, 'completed');
    const done = page.url();
    await page.getByRole('button', { name: say.next }).click();
    await page.getByRole('button', { name: say.complete }).waitFor();
    await title(page, taskLabels.first_contact[language]).waitFor();
    expect(page.url()).not.toBe(done);

    // One's own, with a number that is none and one that cannot be.
    await page.goto('/tasks');
    await page.locator(`[data-task="${trial}"] [data-open]`).click();
    await title(page, taskLabels.trial_review[language]).waitFor();
    await choose(page, tasks.trial_review.outcomes.fragile.label[language]);
    const days = field(page, 'daysInCompany');
    for (const [typed, said] of [
      ['vingt', say.whole],
      ['400', say.range],
    ] as const) {
      await days.getByRole('textbox').fill(typed);
      await page.getByRole('button', { name: say.complete }).click();
      await days.getByText(said).waitFor();
      await days.locator('input:focus').waitFor();
    }
    await days.getByRole('textbox').fill('20');
    await field(page, 'comment').getByRole('textbox').fill('Le rythme du fournil est dur');
    await page.getByRole('button', { name: say.complete }).click();
    await page.getByRole('heading', { level: 2, name: say.recorded }).waitFor();
    await page.getByRole('link', { name: say.person }).click();

    // A contact in two clicks.
    await title(page, `Inès Aubertin ${site}`).waitFor();
    await app.hold(page, 'a young person');
    await page.getByRole('button', { name: say.contact }).click();
    await page.getByRole('button', { name: contactResultLabels.message_left[language] }).click();
    await page.getByRole('status').getByText(say.contactKept).waitFor();
    const timeline = page.getByRole('region', { name: say.happened });
    const contact = timeline.getByText(`(${channelLabels.phone[language].toLowerCase()})`);
    await contact.waitFor();

    // An alert: its form says what is missing, then opens what follows, due for a reason.
    await page.getByRole('button', { name: say.other }).click();
    await page.getByRole('button', { name: eventLabels.alert[language] }).click();
    await page.getByRole('button', { name: say.save, exact: true }).click();
    await field(page, 'level').getByText(say.choose).waitFor();
    await field(page, 'what').getByText(say.fill).waitFor();
    await app.hold(page, 'a wrong alert');
    await choose(page, alertLevelLabels.low[language]);
    await choose(page, alertSourceLabels.employer[language]);
    await field(page, 'what').getByRole('textbox').fill('Retards répétés le lundi');
    await page.getByRole('button', { name: say.save, exact: true }).click();
    await page.getByRole('status').getByText(eventLabels.alert[language]).waitFor();
    const follows = page.locator('.due__one').filter({ hasText: taskLabels.alert_follow_up[language] });
    await follows.getByText(say.why).click();
    await follows.getByText(say.because).waitFor();
    await page.getByRole('heading', { name: say.afterwards }).waitFor();
    expect(await page.locator('#coming li').count()).toBeGreaterThan(0);

    // What would come by itself; what has happened, by what one looks for.
    await page.getByRole('button', { name: say.forecast }).click();
    await page.locator('.fr-accordion .coming li').first().waitFor();
    await timeline.getByRole('button', { name: eventGroups.contacts.label[language] }).click();
    await contact.waitFor({ state: 'detached' });
    expect(page.url()).toMatch(/show=/);
    await timeline.getByRole('button', { name: eventGroups.contacts.label[language] }).click();
    await contact.waitFor();
    await app.hold(page, 'a young person, all of it open');

    // The sheet for the meeting.
    await world.call(counsellor, 'post', `/api/pathways/${pathway}/notes`, {
      body: { body: 'Mère seule, loyer en retard' },
    });
    await page.getByRole('link', { name: say.print }).click();
    await title(page, say.sheet).waitFor();
    await page.getByText(say.leftOut).waitFor();
    await app.hold(page, 'the sheet');
    const shown = await page.locator('.sheet').textContent();
    for (const there of ['Inès Aubertin', employer, 'Gaëlle Perrin', 'CAP boulanger'])
      expect(shown).toContain(there);
    const whole = await page.locator('body').textContent();
    for (const away of ['fournil', 'lundi', 'Mère seule', 'Solange', 'invalid', '12 34 56', '76 54 32'])
      expect(whole).not.toContain(away);
    await page.emulateMedia({ media: 'print' });
    for (const notPrinted of ['.fr-header', '.fr-footer', '.page__actions', '.sheet__left-out'])
      expect([notPrinted, await page.locator(notPrinted).first().isVisible()]).toEqual([notPrinted, false]);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    const sheets = pdf.match(/\/MediaBox\s*\[[^\]]*\]/g) ?? [];
    expect([1, 2]).toContain(sheets.length);
    for (const sheet of sheets) expect(sheet).toMatch(/\[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
  },
);

test('finds again on another computer what was typed', async () => {
  const task = await app.world.task(await app.world.enrol('roanne'), 'first_contact');
  const comment = (page: Page) => field(page, 'comment').getByRole('textbox');
  const one = await app.page('counsellor.roanne', { path: `/tasks/${task}` });
  await comment(one).fill('Rappeler lundi, après le CFA');
  await one.getByText(/Brouillon enregistré à/).waitFor();
  const other = await app.page('counsellor.roanne', { path: `/tasks/${task}` });
  await other.getByText(/Brouillon .* retrouvé/).waitFor();
  expect(await comment(other).inputValue()).toBe('Rappeler lundi, après le CFA');
});

test('seeks a young person by name, and the name stands in no address', async () => {
  await app.world.enrol('roanne', { lastName: 'Quévillard', firstName: 'Élodie' });
  const asked: string[] = [];
  const page = await app.page('counsellor.roanne', { path: '/pathways' });
  page.on('request', (request) => void asked.push(request.url()));
  const search = page.waitForRequest((request) => request.headers()['x-search'] === 'quevillard');
  await page.getByRole('searchbox').fill('quevillard');
  await page.keyboard.press('Enter');
  await search;
  await page.getByRole('link', { name: /Quévillard/i }).waitFor();
  expect(asked.length).toBeGreaterThan(0);
  expect([page.url(), ...asked].filter((url) => /quevillard/i.test(url))).toEqual([]);
});
