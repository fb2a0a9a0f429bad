/** Whether the window is a desk's or a telephone's. */
import { useSyncExternalStore } from 'react';

const room = window.matchMedia('(min-width: 62em)');
/** Whether a table has room. */
export function useRoom(): boolean {
  return useSyncExternalStore(
    (tell) => {
      room.addEventListener('change', tell);
      return () => room.removeEventListener('change', tell);
    },
    () => room.matches,
  );
}
