/** One young person: who they are, where they are, what is due next and why, and what one may record. */
import { Accordion } from '@codegouvfr/react-dsfr/Accordion';
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useState } from 'react';
import { useParams } from 'react-router';
import { exitLabels, statusLabels } from '../../../domain/labels';
import { isProblem } from '../api/problem';
import type { Pathway } from '../api/types';
import { NotFound } from '../layout/not-found';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { Readings } from '../people/readings';
import { useMay, useMe } from '../session/session';
import { parisDay, useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { Contracts } from './contract';
import { Forecast } from './forecast';
import { Next } from './next';
import { Notes } from './notes';
import './pathway.css';
import { Record } from './record';
import { Steps } from './steps';
import { AlertsAndMediations, Obstacles, Skills } from './support';
import { Timeline } from './timeline';
import { useForms, usePathway } from './use-pathway';
import { Who } from './who';

const w = inBoth({
  fr: {
    title: 'Jeune',
    print: 'Fiche pour la rencontre tripartite',
    held: (day: string) => `En attente jusqu’au ${day}`,
    heldWhy: 'Rien n’est dû avant, sauf ce que la loi date.',
    resume: 'Reprendre maintenant',
    exited: (why: string, day: string) => `Sortie le ${day} : ${why}`,
    undoable: 'La sortie peut encore être annulée.',
    undo: 'Annuler la sortie',
    closed: 'La sortie est définitive : le parcours est clos.',
    brokenOff: (day: string) => `Médiation close le ${day} par une rupture : le contrat court encore ici`,
    brokenOffWhy:
      'Tant que la rupture n’est pas enregistrée, ni son accompagnement ni les six mois au CFA ne commencent.',
    termination: 'Enregistrer la rupture',
    otherSite: (site: string) => `Ce jeune est accompagné par un autre site : ${site}`,
    readUntil: (time: string) =>
      `Vous lisez son parcours jusqu’à ${time}, sans rien pouvoir y modifier. Sa coordination voit ce que vous lisez.`,
    readings: 'Qui a consulté ce jeune',
    partner: 'Vous voyez ce que vous partagez avec le site : vos tâches et de quoi joindre le jeune.',
  },
  en: {
    title: 'Young person',
    print: 'Sheet for the tripartite meeting',
    held: (day: string) => `On hold until ${day}`,
    heldWhy: 'Nothing is due before but what the law dates.',
    resume: 'Resume now',
    exited: (why: string, day: string) => `Exit on ${day}: ${why}`,
    undoable: 'The exit can still be undone.',
    undo: 'Undo the exit',
    closed: 'The exit is final: the pathway is closed.',
    brokenOff: (day: string) => `Mediation ended on ${day} by a termination: the contract still runs here`,
    brokenOffWhy:
      'Until the termination is recorded, neither what follows it nor the six months at the CFA begin.',
    termination: 'Record the termination',
    otherSite: (site: string) => `Another site accompanies this young person: ${site}`,
    readUntil: (time: string) =>
      `You read their pathway until ${time} and can change nothing. Their coordinators see what you read.`,
    readings: 'Who read this record',
    partner: 'You see what you share with the site: your tasks and how to reach the young person.',
  },
});

export function Component() {
  const { id } = useParams() as { id: string };
  const words = useWords(w);
  const asked = usePathway(id);
  if (asked.data) return <Young key={id} pathway={asked.data.body} etag={asked.data.etag} />;
  if (isProblem(asked.error, 'not_found')) return <NotFound />;
  return (
    <Page title={words.title}>
      {asked.error ? <Failure error={asked.error} retry={() => void asked.refetch()} /> : <Waiting />}
    </Page>
  );
}

/** The pathway's own clock runs ahead where the demonstration skips its time. */
const timeOf = ({ recordedAt }: Pathway) => {
  const now = new Date().toISOString();
  return recordedAt > now ? recordedAt : now;
};

function Young({ pathway, etag }: { pathway: Pathway; etag: string | null }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const may = useMay();
  const { role } = useMe();
  const forms = useForms(pathway.id);
  const [open, setOpen] = useState<string | null>(null);
  const { time } = useDates();
  const [readings, setReadings] = useState(false);
  const { id, person, status, glassUntil } = pathway;
  const now = timeOf(pathway);
  return (
    <Page
      title={`${person.firstName} ${person.lastName}`}
      actions={
        may('note.read') &&
        pathway.contractId && (
          <Button
            priority="tertiary"
            size="small"
            iconId="fr-icon-printer-line"
            linkProps={{ to: `/pathways/${id}/print` }}
          >
            {words.print}
          </Button>
        )
      }
    >
      <p className="young__status">
        <Badge
          severity={status === 'active' ? 'success' : status === 'on_hold' ? 'warning' : undefined}
          noIcon
        >
          {labelOf(statusLabels[status])}
        </Badge>
      </p>
      {glassUntil && (
        <Alert
          className="fr-mb-3w"
          severity="warning"
          as="h2"
          title={words.otherSite(pathway.siteName)}
          description={words.readUntil(time(glassUntil))}
        />
      )}
      <Standing pathway={pathway} onOpen={setOpen} />
      <BrokenOff
        pathway={pathway}
        onOpen={
          forms.data?.items.some(({ event, notNow }) => event === 'termination' && !notNow)
            ? () => setOpen('termination')
            : undefined
        }
      />
      <Steps pathway={pathway} />
      {role === 'partner' && <p className="fr-hint-text">{words.partner}</p>}
      <div className="young">
        {/* First on a telephone too: what one came to note. */}
        <div className="young__record">
          {forms.data && forms.data.items.length > 0 && (
            <Record pathwayId={id} etag={etag} forms={forms.data.items} open={open} onOpen={setOpen} />
          )}
          {forms.error && <Failure error={forms.error} retry={() => void forms.refetch()} />}
        </div>
        <div className="young__side">
          <Who pathway={pathway} now={now} />
        </div>
        <div className="young__main">
          <Next pathway={pathway} now={now} />
          {may('note.read') && <Notes pathwayId={id} readOnly={glassUntil !== null} />}
          <Contracts pathway={pathway} today={parisDay(now)} />
          <Obstacles pathway={pathway} />
          <AlertsAndMediations pathway={pathway} />
          <Skills pathway={pathway} />
          {may('pathway.forecast') && status !== 'closed' && <Forecast pathwayId={id} />}
          <Timeline pathwayId={id} />
          {may('reading.list') && !glassUntil && (
            <Accordion label={words.readings} titleAs="h2" expanded={readings} onExpandedChange={setReadings}>
              {readings && <Readings pathwayId={id} />}
            </Accordion>
          )}
        </div>
      </div>
    </Page>
  );
}

/** That a mediation ended by a termination which nobody has recorded: a rupture must not be seen too late. */
function BrokenOff({ pathway, onOpen }: { pathway: Pathway; onOpen: (() => void) | undefined }) {
  const words = useWords(w);
  const { day } = useDates();
  const { contracts, contractId, mediations } = pathway;
  const last = mediations.at(-1);
  const contract = contracts.find(({ id }) => id === contractId);
  if (!last?.endedAt || last.result !== 'terminated' || !contract) return null;
  // Of a contract signed since it says nothing.
  if (contract.signedOn > parisDay(last.endedAt)) return null;
  return (
    <Alert
      className="fr-mb-3w"
      severity="warning"
      title={words.brokenOff(day(last.endedAt))}
      as="h2"
      description={
        <>
          <p>{words.brokenOffWhy}</p>
          {onOpen && (
            <Button priority="secondary" size="small" onClick={onOpen}>
              {words.termination}
            </Button>
          )}
        </>
      }
    />
  );
}

/** On hold or exited, said in words, with the way back. */
function Standing({ pathway, onOpen }: { pathway: Pathway; onOpen(event: string): void }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const may = useMay();
  const { day } = useDates();
  const { status, holdUntil, exit } = pathway;
  if (status === 'on_hold' && holdUntil)
    return (
      <Alert
        className="fr-mb-3w"
        severity="info"
        title={words.held(day(holdUntil))}
        as="h2"
        description={
          <>
            <p>{words.heldWhy}</p>
            {may('pathway.hold') && !pathway.glassUntil && (
              <Button priority="secondary" size="small" onClick={() => onOpen('resume')}>
                {words.resume}
              </Button>
            )}
          </>
        }
      />
    );
  if (!exit) return null;
  return (
    <Alert
      className="fr-mb-3w"
      severity="info"
      title={words.exited(labelOf(exitLabels[exit.code]), day(exit.at))}
      as="h2"
      description={
        <>
          {exit.words?.comment && <p>{exit.words.comment}</p>}
          <p>{status === 'closed' ? words.closed : words.undoable}</p>
          {status === 'exited' && may('exit.undo') && !pathway.glassUntil && (
            <Button priority="secondary" size="small" onClick={() => onOpen('undo_exit')}>
              {words.undo}
            </Button>
          )}
        </>
      }
    />
  );
}
