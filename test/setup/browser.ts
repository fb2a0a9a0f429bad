/** A browser without a screen: keeps cookies and goes where it is sent, one step at a time or to the end. */

/** A cookie as it was set. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** Without the name and value: `Path=/`, `HttpOnly`… */
  readonly attributes: readonly string[];
}

export class Browser {
  readonly cookies = new Map<string, string>();
  /** Every Set-Cookie line it was sent. */
  readonly wasSet: SetCookie[] = [];

  /** @param base where the application answers, without a slash at its end */
  constructor(readonly base: string) {}

  /** One request, redirects not followed. */
  async go(
    url: string,
    {
      form,
      headers,
      method,
    }: { form?: Record<string, string>; headers?: Record<string, string>; method?: string } = {},
  ): Promise<Response> {
    const response = await fetch(new URL(url, this.base), {
      redirect: 'manual',
      method: method ?? (form ? 'POST' : 'GET'),
      headers: {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
      },
      ...(form && { body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/; */);
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      this.wasSet.push({ name, value, attributes });
      const over = attributes.some((a) => /^(max-age=0|expires=thu, 01 jan 1970)/i.test(a));
      if (over) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects until one leads to a path that begins with `until`. @returns that address, not gone to */
  async follow(start: Response, until: string): Promise<URL> {
    let response = start;
    for (let step = 0; step < 10; step++) {
      const location = response.headers.get('location');
      if (!location) break;
      const url = new URL(location, this.base);
      if (url.pathname.startsWith(until)) return url;
      response = await this.go(url.href);
    }
    throw new Error(`never came to ${until}: ${response.status} ${await response.text()}`);
  }

  /**
   * Signs in at the demonstration's issuer, up to the address that goes back to the application.
   * @param asked changes what is asked of the issuer on the way
   */
  async toCallback(person: string, returnTo = '/', asked: (at: URL) => void = () => {}): Promise<URL> {
    const begun = await this.go(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
    const at = await this.follow(begun, '/oidc/auth');
    asked(at);
    // The issuer may know who this is already.
    const next = new URL((await this.expectRedirect(await this.go(at.href))) as string, this.base);
    if (!next.pathname.startsWith('/oidc/sign-in/')) return next;
    return this.follow(await this.go(next.pathname, { form: { person } }), '/auth/callback');
  }

  private async expectRedirect(response: Response): Promise<string> {
    const location = response.headers.get('location');
    if (!location) throw new Error(`no redirect: ${response.status} ${await response.text()}`);
    return location;
  }

  /** Signs in. @returns the answer of the callback */
  async signIn(person: string, returnTo?: string): Promise<Response> {
    return this.go((await this.toCallback(person, returnTo)).href);
  }

  /** What a page of the application sends with a write. */
  async writeHeaders(): Promise<Record<string, string>> {
    const session = (await (await this.go('/auth/session')).json()) as { csrfToken: string };
    return { 'x-csrf-token': session.csrfToken, origin: this.base, 'sec-fetch-site': 'same-origin' };
  }
}
