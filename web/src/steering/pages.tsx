/** The ways between the pages of figures, each for those whose role has the action; the date asked for goes with them. */
import { Link, useLocation } from 'react-router';
import type { Action } from '../../../domain/policy';
import { queryOf } from '../api/client';
import { useMay } from '../session/session';
import { inBoth, useWords } from '../words/words';
import { useAsked } from './asked';

const w = inBoth({
  fr: {
    pages: 'Pages des chiffres',
    overview: 'État à une date',
    flow: 'Parcours et durées',
    stuck: 'À surveiller',
    practices: 'Service rendu et pratiques',
    report: 'Note d’étape',
  },
  en: {
    pages: 'Pages of figures',
    overview: 'State as at a date',
    flow: 'Flow and durations',
    stuck: 'Needs attention',
    practices: 'Service as promised and practices',
    report: 'Progress report',
  },
});

const pages = [
  ['/steering', 'overview', 'steering.overview'],
  ['/steering/flow', 'flow', 'steering.flow'],
  ['/steering/stuck', 'stuck', 'steering.overview'],
  ['/steering/practices', 'practices', 'steering.overview'],
  ['/steering/report', 'report', 'steering.overview'],
] as const satisfies readonly (readonly [path: string, name: string, Action])[];

export function FigurePages() {
  const words = useWords(w);
  const may = useMay();
  const { pathname } = useLocation();
  const { address } = useAsked();
  return (
    <nav className="figure-pages" aria-label={words.pages}>
      <ul>
        {pages
          .filter(([, , action]) => may(action))
          .map(([path, name]) => (
            <li key={path}>
              <Link to={`${path}${queryOf(address)}`} aria-current={pathname === path ? 'page' : undefined}>
                {words[name]}
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}
