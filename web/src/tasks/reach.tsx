/** How to reach the young person of a task, and noting that one tried, without leaving the task. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useRef, useState } from 'react';
import type { Pathway, TaskDetails } from '../api/types';
import { Failure, Said, Waiting } from '../layout/states';
import { Facts } from '../pathway/facts';
import { Contact } from '../pathway/record';
import { useForms, usePathway } from '../pathway/use-pathway';
import { useWaysToReach } from '../pathway/who';
import { inBoth, useWords } from '../words/words';

const w = inBoth({
  fr: { reach: (name: string) => `Joindre ${name}` },
  en: { reach: (name: string) => `Reach ${name}` },
});

interface Props {
  readonly task: TaskDetails;
  readonly open: boolean;
  onOpen(open: boolean): void;
  /** Wraps what is sent, so that its effect on the task is not told as somebody else's. */
  during(work: () => Promise<void>): Promise<void>;
}

export function Reach({ task, open, onOpen, during }: Props) {
  const words = useWords(w);
  const button = useRef<HTMLButtonElement>(null);
  const [said, setSaid] = useState<string | null>(null);
  const close = () => {
    onOpen(false);
    button.current?.focus();
  };
  return (
    <div className="task-reach">
      <Button
        ref={button}
        size="small"
        priority="secondary"
        iconId="fr-icon-phone-line"
        onClick={() => {
          setSaid(null);
          onOpen(!open);
        }}
        nativeButtonProps={{ id: 'reach', 'aria-expanded': open, 'aria-controls': 'reaching' }}
      >
        {words.reach(task.person.firstName)}
      </Button>
      <Said said={open ? null : said} className="fr-mt-1w" onClose={() => setSaid(null)} />
      <div id="reaching">
        {/* Who reads how to reach somebody is written down: not before they ask. */}
        {open && (
          <Reaching
            pathwayId={task.pathwayId}
            during={during}
            onDone={(message) => {
              setSaid(message);
              close();
            }}
            onCancel={close}
          />
        )}
      </div>
    </div>
  );
}

function Reaching({
  pathwayId,
  during,
  onDone,
  onCancel,
}: Pick<Props, 'during'> & { pathwayId: string; onDone(said: string): void; onCancel(): void }) {
  const asked = usePathway(pathwayId);
  const forms = useForms(pathwayId);
  const error = asked.error ?? forms.error;
  if (error)
    return <Failure error={error} retry={() => void Promise.all([asked.refetch(), forms.refetch()])} />;
  if (!asked.data || !forms.data) return <Waiting />;
  const contact = forms.data.items.find(({ event, notNow }) => event === 'contact' && notNow === null);
  return (
    <>
      <Ways pathway={asked.data.body} />
      {contact && <Contact pathwayId={pathwayId} form={contact} below {...{ during, onDone, onCancel }} />}
    </>
  );
}

function Ways({ pathway }: { pathway: Pathway }) {
  return <Facts facts={useWaysToReach(pathway)} />;
}
