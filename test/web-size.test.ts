/** What a counsellor's browser fetches before the inbox is there, of the application as it was built. */
import { inboxCode } from '../bench/web';

test('the code of the inbox is under 250 kB gzipped, beside that of the design system', () => {
  const { ours, designSystem } = inboxCode();
  expect(ours).toBeGreaterThan(50_000);
  expect(designSystem).toBeGreaterThan(50_000);
  expect(ours).toBeLessThanOrEqual(250_000);
});
