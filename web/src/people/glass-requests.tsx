/** Requests to read a young person of another site, for the coordinators of both. */
import { Link } from 'react-router';
import type { GlassRequest } from '../api/types';
import { useMe } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';
import { Log, useWhatWasRead } from './log';
import { usePages } from './use-pages';

const w = inBoth({
  fr: {
    what: 'Qui, d’un autre site, a demandé à lire un jeune du vôtre, et ce que votre équipe a demandé ailleurs. La lecture est ouverte quatre heures et ne permet aucune modification.',
    at: (time: string) => `à ${time}`,
    nobody: 'Personne n’a été trouvé.',
    byName: 'Cherché par nom et date de naissance',
    byNumber: 'Cherché par numéro',
    until: (time: string) => `ouvert jusqu’à ${time}`,
    read: (what: string) => `a lu : ${what}`,
    notRead: 'n’a rien lu',
    elsewhere: (site: string) => `Un jeune de ${site}`,
    own: 'de son propre site : rien n’a été ouvert',
  },
  en: {
    what: 'Who of another site asked to read a young person of yours, and what your team asked elsewhere. Reading is open for four hours and nothing can be changed.',
    at: (time: string) => `at ${time}`,
    nobody: 'Nobody was found.',
    byName: 'Sought by name and birth date',
    byNumber: 'Sought by number',
    until: (time: string) => `open until ${time}`,
    read: (what: string) => `read: ${what}`,
    notRead: 'read nothing',
    elsewhere: (site: string) => `A young person of ${site}`,
    own: 'of their own site: nothing was opened',
  },
});

export function GlassRequests() {
  const words = useWords(w);
  const list = usePages<GlassRequest>('/glass');
  return (
    <>
      <p>{words.what}</p>
      <Log list={list} keyOf={(r) => r.id} atOf={(r) => r.askedAt}>
        {(request) => <One request={request} />}
      </Log>
    </>
  );
}

function One({ request }: { request: GlassRequest }) {
  const words = useWords(w);
  const { time } = useDates();
  const { staff, site, by, reason, openings, askedAt } = request;
  return (
    <>
      <p>
        <strong>{staff.displayName}</strong> <span className="log__aside">{site.name}</span>
      </p>
      <div className="log__one--long">
        <p className="fr-mb-1v">
          <q className="log__reason">{reason}</q>
        </p>
        <p className="log__aside fr-mb-1v">{by === 'name' ? words.byName : words.byNumber}</p>
        {openings.length === 0 && <p className="fr-mb-0">{words.nobody}</p>}
        {openings.length > 0 && (
          <ul className="log__found">
            {openings.map((opening) => (
              <li key={opening.pathwayId}>
                <Opening opening={opening} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <p className="log__aside">
        <time dateTime={askedAt}>{words.at(time(askedAt))}</time>
      </p>
    </>
  );
}

function Opening({ opening }: { opening: GlassRequest['openings'][number] }) {
  const words = useWords(w);
  const me = useMe();
  const { time } = useDates();
  const read = useWhatWasRead();
  const { pathwayId, person, site, until } = opening;
  const own = site.id === me.siteId;
  return (
    <>
      {own && person ? (
        <Link to={`/pathways/${pathwayId}`}>
          {person.lastName} {person.firstName}
        </Link>
      ) : (
        words.elsewhere(site.name)
      )}
      {' · '}
      {until ? words.until(time(until)) : words.own}
      {until && opening.read && ` · ${opening.read.length ? words.read(read(opening.read)) : words.notRead}`}
    </>
  );
}
