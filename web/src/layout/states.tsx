/** What a page shows while it has nothing to show yet, or could not get it, and what became of what somebody did. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { ApiProblem } from '../api/problem';
import { inBoth, useWords } from '../words/words';

const w = inBoth({
  fr: {
    waiting: 'Chargement…',
    failed: 'Cette page ne peut s’afficher',
    unexpected: 'Une erreur inattendue est survenue : réessayez.',
    again: 'Réessayer',
    number: (id: string) => `Numéro à indiquer à l’assistance : ${id}`,
  },
  en: {
    waiting: 'Loading…',
    failed: 'This page cannot be shown',
    unexpected: 'Something unexpected happened: try again.',
    again: 'Try again',
    number: (id: string) => `Number to tell support: ${id}`,
  },
});

export function Waiting() {
  const { waiting } = useWords(w);
  return (
    <p className="waiting" role="status">
      {waiting}
    </p>
  );
}

/** What went wrong, in words. @param retry absent: trying again would not help */
export function Failure({ error, title, retry }: { error: unknown; title?: string; retry?: () => void }) {
  const words = useWords(w);
  const problem = error instanceof ApiProblem ? error.body : null;
  return (
    <div role="alert">
      <Alert
        as="h2"
        severity="error"
        title={title ?? problem?.title ?? words.failed}
        description={
          <>
            {title && problem && <p>{problem.title}</p>}
            {problem ? problem.detail && <p>{problem.detail}</p> : <p>{words.unexpected}</p>}
            {problem?.errors?.map((e) => (
              <p key={e.pointer + e.code}>{e.message}</p>
            ))}
            {problem && problem.status >= 500 && problem.requestId && (
              <p>{words.number(problem.requestId)}</p>
            )}
          </>
        }
      />
      {retry && (
        <Button className="fr-mt-2w" priority="secondary" onClick={retry}>
          {words.again}
        </Button>
      )}
    </div>
  );
}

/** What became of what somebody did, until they close it; null: nothing. */
export function Said({
  said,
  className,
  onClose,
}: {
  said: string | null;
  className: string;
  onClose(): void;
}) {
  return (
    <div role="status">
      {said && (
        <Alert className={className} severity="success" small closable onClose={onClose} description={said} />
      )}
    </div>
  );
}
