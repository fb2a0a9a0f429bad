/** What a browser shows when signing in does not succeed: the problem in words, and the way on. */
import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { type Problem, problemKinds } from './problems';

const style = `
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; color: #161616; background: #fff }
a { color: #000091 }
a:focus-visible { outline: 3px solid #0a76f6; outline-offset: 2px }
small { color: #666 }
`;
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Answers a problem as a page, in French and English.
 * @param again where signing in starts again
 */
export function sendFailurePage(res: Response, problem: Problem, again: string): void {
  const { title } = problemKinds[problem.code];
  res.setHeader('content-security-policy', policy);
  res
    .status(problem.status)
    .type('html')
    .end(`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Connexion – service-plus</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>Connexion</h1>
<p>${title.fr}.</p>
<p lang="en">${title.en}.</p>
<p><a href="${again}">Se connecter à nouveau · <span lang="en">Sign in again</span></a></p>
<p><small>${problem.code} · ${res.locals.trace}</small></p>
</main>
</body>
</html>
`);
}
