/** Signing in and out, in a real browser. */
import { views, wholeApplication } from '../setup/chromium';

const application = wholeApplication();

test.each(views)('the way in is without an obstacle: $language, $width px', async ({ language, width }) => {
  const page = await application.page(null, { language, width });
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
    { fr: 'Se connecter', en: 'Sign in' }[language],
  );
  await application.hold(page, 'sign-in');
});

test('in the demonstration one click signs in, where one was going', async () => {
  const page = await application.page(null, { path: '/me/notifications?from=mail' });
  await page.getByRole('link', { name: 'Médiation', exact: true }).click();
  await page.getByRole('button', { name: 'Se déconnecter' }).first().waitFor();
  expect(page.url()).toBe(`${application.base}/me/notifications?from=mail`);
  expect(await page.locator('.who').first().textContent()).toContain('Médiation');
});

test('who is named in the link is signed in, whoever this browser was before', async () => {
  const page = await application.page('mediator.tours');
  for (const [hint, role] of [
    ['counsellor.tours', 'Conseil'],
    ['coordinator.blois', 'Coordination'],
  ]) {
    await page.goto(`/auth/login?hint=${hint}&returnTo=/me/notifications`);
    await page.waitForURL('**/me/notifications');
    await page.locator('.who').first().getByText(String(role)).waitFor();
  }
});

test('whoever signs out is signed out here and at the issuer, and is asked again who they are', async () => {
  const page = await application.page('counsellor.tours');
  await page.getByRole('button', { name: 'Se déconnecter' }).first().click();
  await page.getByRole('button', { name: /^Se déconnecter/ }).click();
  await page.getByRole('heading', { name: 'Se connecter', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Toutes les personnes et tous les sites' }).click();
  await page.getByRole('heading', { name: 'Connexion de démonstration' }).waitFor();
});
