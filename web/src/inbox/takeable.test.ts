import { mayHold } from '../../../domain/policy';
import { kinds } from './filters';
import { takeableBy } from './takeable';

test.each(['counsellor', 'mediator', 'coordinator'] as const)(
  'a %s is offered what they may take',
  (role) => {
    expect(takeableBy(role) ?? kinds).toEqual(kinds.filter((kind) => mayHold(role, kind)));
  },
);
