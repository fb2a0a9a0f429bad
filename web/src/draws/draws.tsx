/** The draws: each wave that was announced, how far it has come, and the way to announce one. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { get } from '../api/client';
import type { DrawSummary } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { useMay } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';
import { useSiteName } from './use-sites';
import { drawWords } from './words';
import './draws.css';

const w = inBoth({
  fr: {
    title: 'Tirages au sort',
    lead: 'Qui reçoit service plus et qui reste en droit commun se décide par un tirage au sort, une fois par vague. Tout ce qui est publié ici ne contient aucun nom et peut être vérifié par quiconque.',
    none: 'Aucun tirage n’a encore été annoncé.',
    announce: 'Annoncer un tirage',
    state: 'État',
  },
  en: {
    title: 'Draws',
    lead: 'Who gets service plus and who the usual service is decided by a draw, once for each wave. Whatever is published here holds no name and can be checked by anybody.',
    none: 'No draw has been announced yet.',
    announce: 'Announce a draw',
    state: 'State',
  },
});

export function Component() {
  const words = useWords(w);
  const said = useWords(drawWords);
  const may = useMay();
  const { instant } = useDates();
  const nameOf = useSiteName();
  const asked = useQuery({
    queryKey: ['draws'],
    queryFn: ({ signal }) => get<{ items: readonly DrawSummary[] }>('/api/draws', signal),
  });
  return (
    <Page
      title={words.title}
      actions={may('draw.announce') && <Button linkProps={{ to: '/draws/new' }}>{words.announce}</Button>}
    >
      <p className="fr-text--lead">{words.lead}</p>
      {asked.isPending && <Waiting />}
      {asked.error && <Failure error={asked.error} retry={() => void asked.refetch()} />}
      {asked.data?.items.length === 0 && <p>{words.none}</p>}
      {asked.data && asked.data.items.length > 0 && (
        <ul className="draws">
          {asked.data.items.map((draw) => (
            <li key={draw.id}>
              <h2 className="fr-h5">
                <Link to={`/draws/${draw.id}`}>{draw.wave}</Link>
              </h2>
              <dl>
                <dt>{words.state}</dt>
                <dd>
                  <Badge noIcon small severity={draw.state === 'drawn' ? 'success' : 'info'}>
                    {said.states[draw.state]}
                  </Badge>
                </dd>
                <dt>{said.sites}</dt>
                <dd>{draw.rules.sites.map(({ site }) => nameOf(site)).join(', ')}</dd>
                <dt>{said.freezeAt}</dt>
                <dd>{instant(draw.frozenAt ?? draw.freezeAt)}</dd>
                <dt>{said.drawAt}</dt>
                <dd>{instant(draw.drawnAt ?? draw.drawAt)}</dd>
              </dl>
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}
