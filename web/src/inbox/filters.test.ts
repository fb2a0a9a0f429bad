import { type Filters, filtersIn, isNarrowed, same, searchOf, tabOf } from './filters';

const person = '0b0e7a43-58cf-4d43-9d2a-6d3d7f5a0c11';
const read = (search: string) => filtersIn(new URLSearchParams(search), 'me');

test('an address without filters is the first tab’s open tasks, and says nothing', () => {
  expect(read('')).toEqual({ assignee: 'me', status: 'open' });
  expect(searchOf(read(''), 'me').toString()).toBe('');
  expect(filtersIn(new URLSearchParams(), 'team').assignee).toBe('team');
});

test.each<Filters>([
  { assignee: 'team', status: 'done' },
  { assignee: person, status: 'open', due: 'overdue', site: 'tours' },
  { assignee: 'unassigned', status: 'open', step: 'welcome', kind: ['entry_interview', 'first_contact'] },
  { assignee: 'me', status: 'open', referent: 'none', pathway: person },
])('filters come back from the address that they are written to: %j', (filters) => {
  expect(filtersIn(searchOf(filters, 'me'), 'me')).toEqual(filters);
  expect(filtersIn(searchOf(filters, 'team'), 'team')).toEqual(filters);
});

test('of an address written by hand, what it cannot mean is left out', () => {
  expect(read('assignee=everybody&due=soon&status=tea&step=6&referent=x&colour=blue')).toEqual(read(''));
  expect(read('kind=tea&kind=first_contact&kind=first_contact')).toEqual({
    ...read(''),
    kind: ['first_contact'],
  });
});

test('the order of the kinds makes no other view', () => {
  const kinds = ['first_contact', 'entry_interview'] as const;
  expect(same({ ...read(''), kind: [...kinds] }, { ...read(''), kind: [...kinds].reverse() })).toBe(true);
  expect(same(read(''), read('due=today'))).toBe(false);
});

test('the tasks of one person are some of the team’s', () => {
  expect([tabOf(read(`assignee=${person}`)), isNarrowed(read(`assignee=${person}`))]).toEqual(['team', true]);
  expect([tabOf(read('assignee=unassigned')), isNarrowed(read('assignee=unassigned'))]).toEqual([
    'unassigned',
    false,
  ]);
});
