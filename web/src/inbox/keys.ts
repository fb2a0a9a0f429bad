/** The keyboard of the inbox: one table gives what is heard and what the help sheet lists. */

export const commands = {
  next: ['j'],
  previous: ['k'],
  open: ['Enter'],
  select: ['x'],
  claim: ['c'],
  search: ['/'],
  me: ['g', 'm'],
  unassigned: ['g', 'u'],
  team: ['g', 't'],
  help: ['?'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Command = keyof typeof commands;

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * @param before the keys that were pressed just before, as this function answered them
 * @returns the command, or the keys that one may begin with: none is a key that says nothing here
 */
export function heard(pressed: Pressed, before: readonly string[]): Command | readonly string[] {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return [];
  // Capitals are the same keys.
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  const typed = [...before, key];
  const begun = (Object.entries(commands) as [Command, readonly string[]][]).filter(([, keys]) =>
    typed.every((one, n) => one === keys[n]),
  );
  const whole = begun.find(([, keys]) => keys.length === typed.length);
  if (whole) return whole[0];
  if (begun.length > 0) return typed;
  return before.length > 0 ? heard(pressed, []) : [];
}

/** Of the kinds of input, those in which a letter writes nothing. */
const letterless = ['checkbox', 'radio', 'button', 'submit'];

/** Whether a key that is pressed there is meant for what is there. */
export function isTyping(target: {
  readonly tagName: string;
  readonly type?: string;
  readonly isContentEditable?: boolean;
}): boolean {
  if (target.isContentEditable) return true;
  if (target.tagName === 'INPUT') return !letterless.includes(target.type ?? 'text');
  return target.tagName === 'TEXTAREA' || target.tagName === 'SELECT';
}
