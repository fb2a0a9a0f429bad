/** Speaks with the running API as the people of the demonstration, each signed in the first time they act. */

/** The API said no, or did not answer as an API does. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly status: number,
    readonly code: string,
    /** What the answer says beside its title, a line each. */
    readonly details: readonly string[],
    title: string,
    /** Who it may be, where the code is `possible_duplicate`. */
    readonly candidates: readonly unknown[] = [],
  ) {
    super(title);
  }
}

export interface ApiOptions {
  /** Where it answers, without a slash at its end. */
  readonly base: string;
  readonly language: 'fr' | 'en';
  /** An access token of a person: `counsellor.tours`. */
  readonly tokenOf: (person: string) => Promise<string>;
}

export class Api {
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(private readonly options: ApiOptions) {}

  /** @throws Refused */
  get<T>(person: string, path: string): Promise<T> {
    return this.ask(person, path, { method: 'GET' });
  }

  /** @throws Refused */
  post<T>(person: string, path: string, body: object = {}): Promise<T> {
    return this.ask(person, path, { method: 'POST', body: JSON.stringify(body) }, 'application/json');
  }

  /** @throws Refused */
  put<T>(person: string, path: string, body: object): Promise<T> {
    return this.ask(person, path, { method: 'PUT', body: JSON.stringify(body) }, 'application/json');
  }

  /**
   * All of a list that is answered in pages.
   * @throws Refused
   */
  async all<T>(person: string, path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const query: string = new URLSearchParams({ limit: '200', ...(cursor && { cursor }) }).toString();
      const page: { items: T[]; next: string | null } = await this.get(
        person,
        `${path}${path.includes('?') ? '&' : '?'}${query}`,
      );
      items.push(...page.items);
      cursor = page.next;
    } while (cursor);
    return items;
  }

  /** @throws Refused */
  postCsv<T>(person: string, path: string, csv: string): Promise<T> {
    return this.ask(person, path, { method: 'POST', body: csv }, 'text/csv');
  }

  private async ask<T>(person: string, path: string, init: RequestInit, type?: string): Promise<T> {
    const { base, language, tokenOf } = this.options;
    let token = this.tokens.get(person);
    if (!token) {
      token = tokenOf(person);
      this.tokens.set(person, token);
    }
    const response = await fetch(`${base}/api${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${await token}`,
        'accept-language': language,
        ...(type && { 'content-type': type }),
      },
    });
    const text = await response.text();
    if (response.ok && response.headers.get('content-type')?.startsWith('application/json')) {
      return JSON.parse(text);
    }
    throw refusal(response, text);
  }
}

function refusal({ status, headers }: Response, text: string): Refused {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) {
    return new Refused(status, 'not_the_api', [], `what answers there is not this API (status ${status})`);
  }
  const { title, code, detail, errors, candidates } = JSON.parse(text) as {
    title: string;
    code: string;
    detail?: string;
    errors?: { pointer: string; code: string; message: string }[];
    candidates?: unknown[];
  };
  const details = [
    ...(detail ? [detail] : []),
    ...(errors ?? []).map((e) => `${e.pointer}: ${e.message} (${e.code})`),
  ];
  return new Refused(status, code, details, title, candidates);
}
