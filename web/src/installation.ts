/** What the installation is like, as the API wrote it into the page (api/web.ts). */
const meta = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';

/**
 * Lines of the State's brand block, for those entitled to it; none: the application shows its own name alone.
 * The design system and its marks are for the State's own services.
 */
export const brand: readonly string[] = meta('brand').split('|').filter(Boolean);
/** The people who can sign in are invented. */
export const demonstration: boolean = meta('demonstration') === 'true';
