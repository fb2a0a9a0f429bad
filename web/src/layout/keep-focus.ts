/**
 * Where one is with the keyboard. What has the focus may go (a button whose deed is done, a filter that was removed),
 * be out of use for a moment, or be in a dialog that closes; a browser then begins at the top again. Here one is back
 * where one was, or at what is nearest.
 */

interface Place {
  readonly element: HTMLElement;
  /** What it stands in, the nearest first: read while it is there. */
  readonly around: readonly HTMLElement[];
}

const dialogs = 'dialog, .fr-modal';

export function keepFocus(): void {
  let last: Place | null = null;
  /** The last one outside of dialogs. */
  let before: Place | null = null;
  let looking = false;

  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    last = placeOf(target);
    if (!target.closest(dialogs)) before = last;
  });
  // Who points somewhere else has left by themselves.
  document.addEventListener('pointerdown', () => {
    last = null;
  });

  const look = () => {
    looking = false;
    if (last && isLost()) goBack(last);
  };
  new MutationObserver(() => {
    if (looking || !last || (last.element.isConnected && !isLost())) return;
    looking = true;
    // A page that knows better where one goes on says so meanwhile.
    requestAnimationFrame(look);
  }).observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled'],
  });

  document.addEventListener(
    'dsfr.conceal',
    ({ target }) => {
      if (!(target instanceof HTMLElement) || !target.matches(dialogs)) return;
      requestAnimationFrame(() => {
        if (before && (isLost() || target.contains(document.activeElement))) goBack(before);
      });
    },
    true,
  );
}

const isLost = () => document.activeElement === null || document.activeElement === document.body;

function placeOf(element: HTMLElement): Place {
  const around: HTMLElement[] = [];
  for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) around.push(at);
  return { element, around };
}

function goBack({ element, around }: Place): void {
  // What is out of use comes back into use, or goes.
  if (element.isConnected) element.focus();
  else nearest(around)?.focus();
}

/** An element says by `data-keeps-focus`, a selector, what inside it one goes on with; of others it is the heading. */
function nearest(around: readonly HTMLElement[]): HTMLElement | null {
  for (const at of around.filter(({ isConnected }) => isConnected)) {
    const { keepsFocus } = at.dataset;
    const named = keepsFocus ? at.querySelector<HTMLElement>(keepsFocus) : null;
    if (named) return focusable(named);
    if (at.matches('section, main, dialog')) return focusable(at.querySelector('h1, h2, h3') ?? at);
  }
  // The page is another one.
  const heading = document.querySelector<HTMLElement>('main h1');
  return heading && focusable(heading);
}

function focusable(element: HTMLElement): HTMLElement {
  if (!element.hasAttribute('tabindex')) element.tabIndex = -1;
  return element;
}
