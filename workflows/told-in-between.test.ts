/** A pathway is told of a change at its site while an entry is on its way that is answered with what was before. */
import { answerTo } from '../domain/deadlines';
import type { Duty } from '../domain/duty';
import type { JournalAnswer, JournalEntry } from '../domain/journal';
import { defaultSettings, rulesOf } from '../domain/settings';
import { Accompaniment } from './accompaniment';
import { initialState } from './state';

const now = '2026-11-02T09:00:00.000Z';
const duty: Duty = { absences: [], roster: [] };
const former = { settings: defaultSettings, version: 1, duty };
const settings = structuredClone(defaultSettings);
settings.tasks.first_contact.due = { workingDays: 9 };
settings.periods.contactWatchPhase1 = { days: 60 };
const newer = { settings, version: 2, duty };

/** A pathway whose journal answers when the test says so. */
function pathway() {
  const entries: JournalEntry[] = [];
  let goOn: (answer: JournalAnswer) => void = () => {};
  const p = new Accompaniment(
    initialState(
      {
        pathwayId: '8c3d1f9e-0000-4000-8000-000000000001',
        siteId: 'tours',
        minor: false,
        rules: rulesOf(defaultSettings, 1),
        enrolledBy: 'somebody',
      },
      now,
    ),
    {
      now: () => Date.parse(now),
      wakeAt() {},
      record: (entry) => {
        entries.push(entry);
        return new Promise((resolve) => (goOn = resolve));
      },
      everythingElse: () => Promise.resolve(),
      startMediation() {},
      tellMediation() {},
    },
  );
  void p.journal.keep(p);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    p,
    entries,
    settled,
    async answer(site: typeof former): Promise<void> {
      goOn(answerTo(entries.at(-1) as JournalEntry, site));
      await settled();
    },
  };
}

test('what that entry asked for is counted anew after all, once', async () => {
  const { p, entries, settled, answer } = pathway();
  const task = p.open('first_contact');
  const wait = p.expect('contact_watch_phase_1', '2026-11-02', { of: 'pathway' });
  await settled();
  p.hear({ kind: 'settings', version: 2 });
  await answer(former);
  // That it was told is an entry of its own.
  const again = entries.at(-1) as JournalEntry;
  expect(again).toMatchObject({ fresh: true, tasks: [{ key: task.key }], waits: [{ key: wait }] });
  expect(again.tasks[0]).not.toHaveProperty('instants');
  expect(again.tasks[0]?.recounted).toMatchObject({ settingsVersion: 1 });
  await answer(newer);
  expect(p.state.tasks[task.key]?.instants).toMatchObject({
    settingsVersion: 2,
    dueAt: '2026-11-16T22:59:59.999Z',
  });
  expect(p.state.waits[wait]).toMatchObject({ settingsVersion: 2, at: '2027-01-03T23:00:00.000Z' });
  expect([entries.length, p.journal.pending]).toEqual([2, false]);
});

test('what it was answered with the new ones is left as it is', async () => {
  const { p, entries, settled, answer } = pathway();
  const task = p.open('first_contact');
  await settled();
  p.hear({ kind: 'settings', version: 2 });
  await answer(newer);
  expect(entries.at(-1)).toMatchObject({ fresh: true, tasks: [] });
  await answer(newer);
  expect(p.state.tasks[task.key]?.instants).toMatchObject({ settingsVersion: 2 });
  expect([entries.length, p.journal.pending]).toEqual([2, false]);
});

test('settings older than those told, as of a restored backup, are not asked for again and again', async () => {
  const { p, entries, settled, answer } = pathway();
  p.open('first_contact');
  await settled();
  p.hear({ kind: 'settings', version: 3 });
  await answer(former);
  await answer(former);
  expect([entries.length, p.journal.pending]).toEqual([2, false]);
});

test('that a substitute is away is asked about once more, when who stands in was only just being asked', async () => {
  const { p, entries, settled, answer } = pathway();
  p.state.referentId = 'referent';
  const task = p.open('search_workshop');
  await settled();
  await answer(former);
  const away = (staffId: string, substituteId: string) => ({
    staffId,
    substituteId,
    from: '2026-11-01',
    to: '2026-11-30',
  });
  const first = { ...former, duty: { ...duty, absences: [away('referent', 'first')] } };
  const second = {
    ...former,
    duty: { ...duty, absences: [away('referent', 'first'), away('first', 'second')] },
  };
  p.hear({ kind: 'staff', staffId: 'referent' });
  await settled();
  // The journal has read who is away; now somebody else is.
  p.hear({ kind: 'staff', staffId: 'first' });
  await answer(first);
  expect(p.state.tasks[task.key]).toMatchObject({ assigneeId: 'first', standsInFor: 'referent' });
  expect(entries.at(-1)).toMatchObject({ fresh: true, tasks: [{ key: task.key, askHolder: true }] });
  await answer(second);
  expect(p.state.tasks[task.key]).toMatchObject({ assigneeId: 'second', standsInFor: 'referent' });
  expect(p.journal.pending).toBe(false);
});
