import { Page } from '../layout/page';

export function Component() {
  return <Page title="…">…</Page>;
}
