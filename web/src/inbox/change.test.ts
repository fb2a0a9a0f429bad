import type { Task } from '../api/types';
import { belongsHere, changeOf, isOver } from './change';

const [me, colleague] = ['me', 'colleague'].map((id) => ({ id, displayName: id }));
const open = { status: 'open', assignee: null, closedBy: null, cancelReason: null } as Task;
const whose = (assignee: string) => ({ assignee, status: 'open' as const });
const mine = { ...open, assignee: me } as Task;
const theirs = { ...open, assignee: colleague } as Task;

test('of a task one learns who took it, who did it, why it was cancelled and that it is free again', () => {
  expect(changeOf(open, undefined)).toBeNull();
  expect(changeOf(open, { ...open, dueAt: 'another day' })).toBeNull();
  expect(changeOf(open, theirs)).toEqual({ what: 'taken', by: colleague });
  expect(changeOf(theirs, open)).toEqual({ what: 'released' });
  expect(changeOf(open, { ...theirs, status: 'done', closedBy: colleague } as Task)).toEqual({
    what: 'done',
    by: colleague,
  });
  expect(changeOf(mine, { ...mine, status: 'cancelled', cancelReason: 'exited' } as Task)).toEqual({
    what: 'cancelled',
    because: 'exited',
  });
  expect(changeOf(mine, null)).toEqual({ what: 'gone' });
});

test('what somebody else took is over for whom it was free, and goes on for the team', () => {
  const taken = changeOf(open, theirs);
  expect(isOver(taken, whose('unassigned'), 'me')).toBe(true);
  expect(isOver(taken, whose('team'), 'me')).toBe(false);
  expect(isOver(changeOf(open, mine), whose('unassigned'), 'me')).toBe(false);
  expect(isOver(changeOf(mine, open), whose('me'), 'me')).toBe(true);
  expect(isOver(changeOf(mine, open), whose('team'), 'me')).toBe(false);
});

test('a task is new on the page that it would stand on', () => {
  const at = (dueAt: string, id = 'other') => ({ dueAt, id });
  const page = { items: [at('2026-03-02', 'first'), at('2026-03-04', 'last')], next: 'more' };
  expect(belongsHere(at('2026-03-03'), page, true)).toBe(true);
  expect(belongsHere(at('2026-03-05'), page, true)).toBe(false);
  expect(belongsHere(at('2026-03-05'), { ...page, next: null }, true)).toBe(true);
  expect(belongsHere(at('2026-03-01'), page, true)).toBe(true);
  expect(belongsHere(at('2026-03-01'), page, false)).toBe(false);
  expect(belongsHere(at('2026-03-04', 'before last'), page, true)).toBe(true);
  expect(belongsHere(at('2026-03-04', 'last'), page, true)).toBe(false);
  expect(belongsHere(at('2026-03-04'), { items: [], next: null }, true)).toBe(true);
});
