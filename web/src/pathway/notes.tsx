/** Notes of the team about a young person. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { type FormEvent, useRef, useState } from 'react';
import type { Note } from '../api/types';
import { Failure, Waiting } from '../layout/states';
import { useMay } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';
import { useAttempts, usePagedPart, useRefresh } from './use-pathway';

const w = inBoth({
  fr: {
    title: 'Notes de l’équipe',
    add: 'Nouvelle note',
    hint: 'Lue par l’équipe du site, jamais par les partenaires ni sur la fiche imprimée.',
    save: 'Ajouter la note',
    none: 'Aucune note.',
    more: 'Notes plus anciennes',
    kept: 'Note ajoutée.',
  },
  en: {
    title: 'Notes of the team',
    add: 'New note',
    hint: 'Read by the team of the site, never by partners, nor on the printed sheet.',
    save: 'Add the note',
    none: 'No note.',
    more: 'Older notes',
    kept: 'Note added.',
  },
});

const LENGTH = 4000;

/** @param readOnly another site's, opened for a reason */
export function Notes({ pathwayId, readOnly }: { pathwayId: string; readOnly: boolean }) {
  const words = useWords(w);
  const may = useMay();
  const { instant } = useDates();
  const notes = usePagedPart<Note>(pathwayId, 'notes', { limit: 5 });
  const refresh = useRefresh(pathwayId);
  const send = useAttempts();
  const [body, setBody] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  async function add(e: FormEvent) {
    e.preventDefault();
    if (!body.trim()) {
      field.current?.focus();
      return;
    }
    setProblem(null);
    try {
      await send('POST', `/api/pathways/${pathwayId}/notes`, { body: body.trim() });
      setBody('');
      setSaid(words.kept);
      await refresh();
    } catch (error) {
      setProblem(error);
    }
  }
  return (
    <section className="young__part" aria-labelledby="notes">
      <h2 id="notes">{words.title}</h2>
      {may('note.write') && !readOnly && (
        <form onSubmit={add} className="note-form">
          <Input
            label={words.add}
            hintText={words.hint}
            textArea
            nativeTextAreaProps={{
              ref: field,
              value: body,
              rows: 3,
              maxLength: LENGTH,
              onChange: (e) => {
                setBody(e.target.value);
                setSaid('');
              },
            }}
          />
          <Button type="submit" priority="secondary">
            {words.save}
          </Button>
          <span role="status" className="fr-ml-2w">
            {said}
          </span>
          {problem !== null && <Failure error={problem} />}
        </form>
      )}
      {notes.isPending && <Waiting />}
      {notes.error && <Failure error={notes.error} retry={() => void notes.refetch()} />}
      {notes.items?.length === 0 && <p>{words.none}</p>}
      <ul className="lines">
        {notes.items?.map((note) => (
          <li key={note.id}>
            <span className="fr-hint-text">
              {instant(note.createdAt)} · {note.author.displayName}
            </span>
            <p className="words">{note.body}</p>
          </li>
        ))}
      </ul>
      {notes.hasNextPage && (
        <Button priority="tertiary" size="small" onClick={() => void notes.fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </section>
  );
}
