/** What stands in a young person's way and what is done about it: obstacles, alerts, mediations; and what they learnt. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Link } from 'react-router';
import { obstacleLabels } from '../../../domain/labels';
import type { Page, Pathway, TimelineEvent } from '../api/types';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { usePart } from './use-pathway';

const w = inBoth({
  fr: {
    obstacles: 'Freins repérés à l’entretien d’entrée',
    notAsked: 'pas encore pris en charge',
    open: (day: string) => `à lever pour le ${day}`,
    on: (outcome: string, day: string) => `${outcome} (${day})`,
    alerts: 'Alertes et médiations',
    noAlert: 'Aucune alerte, aucune médiation.',
    mediation: (n: number) => `Médiation n° ${n}`,
    running: 'En cours',
    opened: (day: string) => `ouverte le ${day}`,
    ended: (day: string) => `close le ${day}`,
    mediator: (name: string) => `médiateur : ${name}`,
    noMediator: 'pas encore de médiateur',
    history: 'Voir son histoire',
    skills: 'Compétences acquises',
    cancelled: 'plus demandé',
  },
  en: {
    obstacles: 'Obstacles found at the entry interview',
    notAsked: 'not taken up yet',
    open: (day: string) => `to be removed by ${day}`,
    on: (outcome: string, day: string) => `${outcome} (${day})`,
    alerts: 'Alerts and mediations',
    noAlert: 'No alert, no mediation.',
    mediation: (n: number) => `Mediation no. ${n}`,
    running: 'Running',
    opened: (day: string) => `opened on ${day}`,
    ended: (day: string) => `ended on ${day}`,
    mediator: (name: string) => `mediator: ${name}`,
    noMediator: 'no mediator yet',
    history: 'See its history',
    skills: 'Acquired skills',
    cancelled: 'no longer asked',
  },
});

export function Obstacles({ pathway }: { pathway: Pathway }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day } = useDates();
  if (pathway.obstacles.length === 0) return null;
  const stateOf = ({ task }: Pathway['obstacles'][number]): string => {
    if (!task) return words.notAsked;
    if (task.status === 'done' && task.outcomeLabel && task.closedAt)
      return words.on(labelOf(task.outcomeLabel), day(task.closedAt));
    return task.status === 'cancelled' ? words.cancelled : words.open(day(task.dueAt));
  };
  return (
    <section className="young__part" aria-labelledby="obstacles">
      <h2 id="obstacles">{words.obstacles}</h2>
      <ul className="lines">
        {pathway.obstacles.map((found) => (
          <li key={found.obstacle}>
            <strong>{labelOf(obstacleLabels[found.obstacle])}</strong> ·{' '}
            {found.task && !pathway.glassUntil ? (
              <Link to={`/tasks/${found.task.id}`}>{stateOf(found)}</Link>
            ) : (
              stateOf(found)
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The latest of them: the others are in the timeline. */
const ALERTS = 5;

export function AlertsAndMediations({ pathway }: { pathway: Pathway }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day } = useDates();
  const alerts = usePart<Page<TimelineEvent>>(pathway.id, 'timeline', {
    type: 'alert_raised',
    limit: ALERTS,
  });
  const { mediations } = pathway;
  const raised = alerts.data?.items ?? [];
  return (
    <section className="young__part" aria-labelledby="alerts">
      <h2 id="alerts">{words.alerts}</h2>
      {raised.length === 0 && mediations.length === 0 && !alerts.isPending && <p>{words.noAlert}</p>}
      <ul className="lines">
        {mediations.toReversed().map((m) => (
          <li key={m.id}>
            <strong>{words.mediation(m.number)}</strong> · {labelOf(m.causeLabel)},{' '}
            {words.opened(day(m.openedAt))},{' '}
            {m.mediator ? words.mediator(m.mediator.displayName) : words.noMediator}
            {m.endedAt && `, ${words.ended(day(m.endedAt))}`}{' '}
            <Badge severity={m.result ? undefined : 'warning'} noIcon small>
              {m.resultLabel ? labelOf(m.resultLabel) : words.running}
            </Badge>{' '}
            <Link to={`/pathways/${pathway.id}?mediation=${m.number}#timeline`}>
              {words.history}
              <span className="fr-sr-only"> ({words.mediation(m.number)})</span>
            </Link>
          </li>
        ))}
        {raised.map((alert) => (
          <li key={`${alert.revision}.${alert.position}`}>
            {day(alert.at)} · {labelOf(alert.sentence)}
            {alert.words?.what && <blockquote className="words">{alert.words.what}</blockquote>}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Skills({ pathway }: { pathway: Pathway }) {
  const words = useWords(w);
  const { day } = useDates();
  if (pathway.skills.length === 0) return null;
  return (
    <section className="young__part" aria-labelledby="skills">
      <h2 id="skills">{words.skills}</h2>
      <ul className="lines">
        {pathway.skills.map(({ taskId, reviewedAt, words: its }) => (
          <li key={taskId}>
            {pathway.glassUntil ? day(reviewedAt) : <Link to={`/tasks/${taskId}`}>{day(reviewedAt)}</Link>}
            {its?.skills && <blockquote className="words">{its.skills}</blockquote>}
          </li>
        ))}
      </ul>
    </section>
  );
}
