/** Serves the web application: one page for all its addresses, and the files it is made of. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import compression from 'compression';
import express, { type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import { Problem } from './problems';

export interface WebApplication {
  /** Where `npm run build` has put it. */
  readonly folder: string;
  /** Lines of the brand block, separated by `|`; empty: none (configuration BRAND). */
  readonly brand: string;
  /** The people who can sign in are invented, and enter with one click. */
  readonly demonstration: boolean;
}

/** The design system says in a style of its own, written into the page, which of its two schemes is shown. */
const schemes = ['light', 'dark'].map((scheme) => {
  const hash = createHash('sha256').update(`:root { color-scheme: ${scheme}; }`).digest('base64');
  return `'sha256-${hash}'`;
});

/** All it loads are files of ours, and no script is written into the page. */
const policy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", ...schemes],
    'font-src': ["'self'"],
    // The design system's icons and arrows are in its style sheet.
    'img-src': ["'self'", 'data:'],
    'connect-src': ["'self'"],
    'manifest-src': ["'self'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['react-dsfr', 'react-dsfr-asap'],
  },
});

/**
 * @returns what answers every address that nothing else answers: pages with the application, which knows its own
 * addresses; everything else is not found.
 * @throws Error when it was not built
 */
export function webRoutes({ folder, brand, demonstration }: WebApplication): Router {
  const file = path.join(folder, 'index.html');
  if (!existsSync(file)) throw new Error(`The web application is not built (${file}): npm run build`);
  const page = withMeta(readFileSync(file, 'utf8'), { brand, demonstration: String(demonstration) });
  const router = express.Router();
  const named: RequestHandler = (_req, res, next) => {
    res.locals.route = 'web';
    next();
  };
  // What is compressed is the same for everybody and holds no secret.
  router.use(
    '/assets',
    named,
    compression(),
    // The name of each holds the hash of what is in it.
    express.static(path.join(folder, 'assets'), {
      immutable: true,
      maxAge: '1y',
      index: false,
      redirect: false,
    }),
    () => {
      throw new Problem('not_found');
    },
  );
  const shown: RequestHandler = (req, res, next) => {
    if (req.accepts(['json', 'html']) !== 'html') return next();
    res.setHeader('cache-control', 'no-store');
    res.type('html').send(page);
  };
  // Not the file as it was built, which says nothing of this installation.
  router.get('/index.html', named, policy, shown);
  router.use(express.static(folder, { index: false, redirect: false, maxAge: '1d' }));
  router.get(/^\/(?!(api|auth|oidc|health|calendar)(\/|$))/i, named, policy, shown);
  return router;
}

/** @throws Error when the page has not such a line: it would be lost without a word */
function withMeta(html: string, values: Readonly<Record<string, string>>): string {
  let page = html;
  for (const [name, value] of Object.entries(values)) {
    const empty = `<meta name="${name}" content="" />`;
    if (!page.includes(empty)) throw new Error(`index.html has no line ${empty}`);
    page = page.replace(empty, () => `<meta name="${name}" content="${escaped(value)}" />`);
  }
  return page;
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
