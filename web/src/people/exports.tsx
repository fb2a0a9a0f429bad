/** Lists that leave in a file: taking one away, and who took which. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { exportLabels } from '../../../domain/labels';
import { download } from '../api/client';
import type { Export } from '../api/types';
import { Failure } from '../layout/states';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { Log } from './log';
import { usePages } from './use-pages';

const w = inBoth({
  fr: {
    what: 'Un fichier téléchargé échappe à cette application : qui l’a téléchargé, quoi et combien de lignes est gardé ici.',
    pathways: 'Télécharger la liste des jeunes (CSV)',
    tasks: 'Télécharger la liste des tâches (CSV)',
    taken: 'Le fichier est enregistré, et gardé dans « Qui a vu quoi ».',
    rows: (n: number) => (n > 1 ? `${n} lignes` : `${n} ligne`),
    at: (time: string) => `à ${time}`,
    narrowed: (by: string) => `filtré par : ${by}`,
    filters: {
      site: 'site',
      step: 'étape',
      status: 'statut',
      referent: 'référent',
      assignee: 'personne',
      due: 'échéance',
      kind: 'type de tâche',
      pathway: 'jeune',
    },
  },
  en: {
    what: 'A file that was downloaded is beyond this application: who downloaded it, what and how many rows is kept here.',
    pathways: 'Download the list of young people (CSV)',
    tasks: 'Download the list of tasks (CSV)',
    taken: 'The file is saved, and kept in “Who saw what”.',
    rows: (n: number) => (n > 1 ? `${n} rows` : `${n} row`),
    at: (time: string) => `at ${time}`,
    narrowed: (by: string) => `narrowed by: ${by}`,
    filters: {
      site: 'site',
      step: 'step',
      status: 'status',
      referent: 'referent',
      assignee: 'person',
      due: 'due',
      kind: 'kind of task',
      pathway: 'young person',
    },
  },
});

export function Exports() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { time } = useDates();
  const list = usePages<Export>('/exports');
  return (
    <>
      <p>{words.what}</p>
      <div className="page__actions fr-mb-3w">
        <ExportButton what="pathways" filters={{}} />
        <ExportButton what="tasks" filters={{}} />
      </div>
      <Log list={list} keyOf={(x) => x.id} atOf={(x) => x.madeAt}>
        {({ staff, what, filters, rows, madeAt }) => {
          const by = Object.entries(words.filters).flatMap(([name, label]) =>
            filters[name] !== undefined && filters[name] !== 'team' ? [label] : [],
          );
          return (
            <>
              <p>
                <strong>{staff.displayName}</strong>
              </p>
              <p>{labelOf(exportLabels[what])}</p>
              <p>
                {words.rows(rows)}
                {by.length > 0 && <span className="log__aside"> · {words.narrowed(by.join(', '))}</span>}
              </p>
              <p className="log__aside">
                <time dateTime={madeAt}>{words.at(time(madeAt))}</time>
              </p>
            </>
          );
        }}
      </Log>
    </>
  );
}

/** @param filters as the list's: what the file has is what the list shows, on all its pages */
export function ExportButton({ what, filters }: { what: 'pathways' | 'tasks'; filters: object }) {
  const words = useWords(w);
  const cache = useQueryClient();
  const taking = useMutation({
    mutationFn: () => download('/api/exports', { what, filters }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['/exports'] }),
  });
  return (
    <div>
      <Button
        priority="secondary"
        iconId="fr-icon-download-line"
        disabled={taking.isPending}
        onClick={() => taking.mutate()}
      >
        {words[what]}
      </Button>
      <p role="status" className="fr-hint-text">
        {taking.isSuccess && words.taken}
      </p>
      {taking.error && <Failure error={taking.error} />}
    </div>
  );
}
