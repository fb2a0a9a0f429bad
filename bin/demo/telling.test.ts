import { Telling } from './telling';

const begun = { fr: 'parcours commencés', en: 'pathways have begun' };

function written(isTTY: boolean, tell: (telling: Telling) => void): string {
  let text = '';
  const to = {
    isTTY,
    write: (chunk: string) => {
      text += chunk;
      return true;
    },
  };
  tell(new Telling('fr', to as unknown as NodeJS.WriteStream));
  return text;
}

test('on a terminal the bar is drawn in place, and what is said next has a line of its own', () => {
  const text = written(true, (telling) => {
    telling.progress(begun, 0, 4);
    telling.progress(begun, 4, 4);
    telling.say({ fr: 'Fini.', en: 'Done.' });
    telling.say('Ensuite.');
  });
  expect(text).toBe(
    `\r\x1b[K[${'░'.repeat(30)}] 0/4 parcours commencés` +
      `\r\x1b[K[${'█'.repeat(30)}] 4/4 parcours commencés\nFini.\nEnsuite.\n`,
  );
});

test('elsewhere there is a line for each tenth', () => {
  const text = written(false, (telling) => {
    for (let done = 0; done <= 100; done++) telling.progress(begun, done, 100);
  });
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('10/100 parcours commencés');
  expect(lines[9]).toBe('100/100 parcours commencés');
});
