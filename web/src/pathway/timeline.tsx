/** What has happened, the latest first, by what one looks for; or the history of one mediation. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Tag } from '@codegouvfr/react-dsfr/Tag';
import { useEffect, useRef } from 'react';
import { Link, useLocation, useSearchParams } from 'react-router';
import { type EventGroupName, eventGroups } from '../../../domain/event-groups';
import type { TimelineEvent } from '../api/types';
import { Failure, Waiting } from '../layout/states';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { usePagedPart } from './use-pathway';

const w = inBoth({
  fr: {
    title: 'Ce qui s’est passé',
    mediation: (n: string) => `Histoire de la médiation n° ${n}`,
    whole: 'Revenir à tout le parcours',
    filter: 'Montrer',
    all: 'Tout',
    none: 'Rien de tel pour l’instant.',
    more: 'Voir ce qui est plus ancien',
    learnt: (day: string) => `noté le ${day}`,
  },
  en: {
    title: 'What has happened',
    mediation: (n: string) => `History of mediation no. ${n}`,
    whole: 'Back to the whole pathway',
    filter: 'Show',
    all: 'Everything',
    none: 'Nothing of the kind so far.',
    more: 'See what is older',
    learnt: (day: string) => `recorded on ${day}`,
  },
});

const groups = Object.keys(eventGroups) as EventGroupName[];
/** What the software does by itself is looked for, not read along. */
const first: readonly EventGroupName[] = groups.filter((name) => name !== 'deadlines' && name !== 'people');

export function Timeline({ pathwayId }: { pathwayId: string }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { instant, day, time } = useDates();
  // Of what was taken over from elsewhere only the day is known.
  const when = (at: string) => (time(at) === '00:00' ? day(at) : instant(at));
  const [params, setParams] = useSearchParams();
  const { hash } = useLocation();
  const place = useRef<HTMLHeadingElement>(null);
  const mediation = params.get('mediation');
  const asked = params.getAll('show').filter((name): name is EventGroupName => name in eventGroups);
  const shown = asked.length > 0 ? asked : first;
  const timeline = usePagedPart<TimelineEvent>(pathwayId, 'timeline', {
    limit: 20,
    ...(mediation ? { mediation } : { type: shown.flatMap((name) => eventGroups[name].types) }),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another mediation is looked at
  useEffect(() => {
    if (hash === '#timeline') place.current?.focus();
  }, [hash, mediation]);

  const toggle = (name: EventGroupName) => {
    const next = shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name];
    setParams({ show: next }, { replace: true, preventScrollReset: true });
  };
  return (
    <section className="young__part" aria-labelledby="timeline">
      <h2 id="timeline" ref={place} tabIndex={-1}>
        {mediation ? words.mediation(mediation) : words.title}
      </h2>
      {mediation ? (
        <p>
          <Link to="." preventScrollReset>
            {words.whole}
          </Link>
        </p>
      ) : (
        <fieldset className="timeline__filter">
          <legend className="fr-sr-only">{words.filter}</legend>
          {groups.map((name) => (
            <Tag
              key={name}
              small
              pressed={shown.includes(name)}
              nativeButtonProps={{ onClick: () => toggle(name) }}
            >
              {labelOf(eventGroups[name].label)}
            </Tag>
          ))}
        </fieldset>
      )}
      {timeline.isPending && <Waiting />}
      {timeline.error && <Failure error={timeline.error} retry={() => void timeline.refetch()} />}
      {timeline.items?.length === 0 && <p>{words.none}</p>}
      <ol className="timeline">
        {timeline.items?.map((event) => (
          <li
            key={`${event.revision}.${event.position}`}
            className={`timeline__one timeline__one--${event.type}`}
          >
            <time dateTime={event.at} className="timeline__at">
              {when(event.at)}
              {day(event.at) !== day(event.recordedAt) && `, ${words.learnt(day(event.recordedAt))}`}
            </time>
            <span>{labelOf(event.sentence)}</span>
            {event.words && (
              <blockquote className="words">{Object.values(event.words).join('\n')}</blockquote>
            )}
          </li>
        ))}
      </ol>
      {timeline.hasNextPage && (
        <Button
          priority="tertiary"
          onClick={() => void timeline.fetchNextPage()}
          disabled={timeline.isFetchingNextPage}
        >
          {words.more}
        </Button>
      )}
    </section>
  );
}
