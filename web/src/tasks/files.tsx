/** Files of a task: what is there, adding by choosing or dropping, removing. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { fileTypes, mediaTypes } from '../../../domain/files';
import { write } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { TaskDetails } from '../api/types';
import { useDates } from '../words/dates';
import { inBoth, useLanguage, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: (n: number) => (n > 0 ? `Fichiers (${n})` : 'Fichiers'),
    none: 'Aucun fichier.',
    choose: 'Ajouter des fichiers',
    drop: 'ou déposez-les ici',
    limits:
      'PDF, PNG, JPEG, WebP, Word (docx), Excel (xlsx), OpenDocument (odt, ods) ou texte ; 10 Mo au plus chacun.',
    remove: 'Retirer',
    sure: (name: string) => `Retirer définitivement « ${name} » ?`,
    keep: 'Garder',
    adding: (name: string) => `Envoi de « ${name} »…`,
    added: (name: string) => `« ${name} » est ajouté`,
    removed: (name: string) => `« ${name} » est retiré`,
    large: (name: string) => `« ${name} » dépasse 10 Mo : réduisez-le ou partagez-le en plusieurs fichiers.`,
    kind: (name: string) => `« ${name} » n’est pas d’un type accepté : enregistrez-le en PDF, par exemple.`,
    empty: (name: string) => `« ${name} » est vide.`,
    failed: (name: string, why: string) => `« ${name} » n’a pas été ajouté : ${why}`,
    notRemoved: (name: string, why: string) => `« ${name} » n’a pas été retiré : ${why}`,
    by: (who: string, when: string) => `${who}, ${when}`,
  },
  en: {
    title: (n: number) => (n > 0 ? `Files (${n})` : 'Files'),
    none: 'No file.',
    choose: 'Add files',
    drop: 'or drop them here',
    limits:
      'PDF, PNG, JPEG, WebP, Word (docx), Excel (xlsx), OpenDocument (odt, ods) or text; at most 10 MB each.',
    remove: 'Remove',
    sure: (name: string) => `Remove “${name}” for good?`,
    keep: 'Keep it',
    adding: (name: string) => `Sending “${name}”…`,
    added: (name: string) => `“${name}” is added`,
    removed: (name: string) => `“${name}” is removed`,
    large: (name: string) => `“${name}” is larger than 10 MB: make it smaller or part it into several files.`,
    kind: (name: string) => `“${name}” is of a kind that is not taken: save it as PDF, for example.`,
    empty: (name: string) => `“${name}” is empty.`,
    failed: (name: string, why: string) => `“${name}” was not added: ${why}`,
    notRemoved: (name: string, why: string) => `“${name}” was not removed: ${why}`,
    by: (who: string, when: string) => `${who}, ${when}`,
  },
});

type TaskFile = TaskDetails['files'][number];

/** What an installation takes unless FILE_MAX_BYTES says otherwise; the API has the last word. */
const MAX_BYTES = 10 * 1024 * 1024;
/** By the ending of the name: what browsers call them differs, or is nothing. */
const mediaTypeOf = (name: string) => {
  const ending = name.split('.').at(-1)?.toLowerCase() ?? '';
  return mediaTypes.find((type) => (fileTypes[type] as readonly string[]).includes(ending));
};

/** @param onChanged the task is read anew */
export function Files({ task, onChanged }: { task: TaskDetails; onChanged: () => Promise<unknown> }) {
  const words = useWords(w);
  const input = useRef<HTMLInputElement>(null);
  const cache = useQueryClient();
  const [sending, setSending] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const [over, setOver] = useState(false);
  const { files } = task;
  const mayAdd = task.actions.includes('task.comment');

  const add = async (chosen: readonly File[]) => {
    setWrong([]);
    setSaid('');
    const problems: string[] = [];
    for (const file of chosen) {
      const { name } = file;
      const type = mediaTypeOf(name);
      if (!type) problems.push(words.kind(name));
      else if (file.size > MAX_BYTES) problems.push(words.large(name));
      else if (file.size === 0) problems.push(words.empty(name));
      else {
        setSending(name);
        try {
          await write('POST', `/api/tasks/${task.id}/files`, file, {
            headers: { 'content-type': type, 'x-file-name': encodeURIComponent(name) },
          });
          setSaid(words.added(name));
          await onChanged();
        } catch (error) {
          if (!(error instanceof ApiProblem)) throw error;
          problems.push(words.failed(name, error.body.title));
        }
      }
    }
    setSending(null);
    setWrong(problems);
  };
  const removed = async (name: string) => {
    setSaid(words.removed(name));
    await onChanged();
    void cache.invalidateQueries({ queryKey: ['task', task.id, 'history'] });
    input.current?.focus();
  };

  return (
    <section aria-labelledby="files" className="task-part">
      <h2 id="files" className="fr-h6">
        {words.title(files.length)}
      </h2>
      {files.length === 0 && <p className="fr-hint-text">{words.none}</p>}
      <ul className="task-files">
        {files.map((file) => (
          <OneFile key={file.id} file={file} onRemoved={removed} />
        ))}
      </ul>
      {mayAdd && (
        // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the button beside it does the same
        <div
          className={over ? 'task-drop task-drop--over' : 'task-drop'}
          onDragOver={(e) => {
            e.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(e) => {
            e.preventDefault();
            setOver(false);
            void add([...e.dataTransfer.files]);
          }}
        >
          <label className="fr-label" htmlFor="file-input">
            {words.choose} <span className="task-drop__or">{words.drop}</span>
            <span className="fr-hint-text">{words.limits}</span>
          </label>
          <input
            id="file-input"
            ref={input}
            className="fr-upload"
            type="file"
            multiple
            disabled={sending !== null}
            accept={Object.keys(mediaTypes)
              .map((ending) => `.${ending}`)
              .join(',')}
            onChange={(e) => {
              const chosen = [...(e.target.files ?? [])];
              // The same file may be chosen again.
              e.target.value = '';
              void add(chosen);
            }}
          />
          {sending && <progress aria-label={words.adding(sending)} />}
        </div>
      )}
      <p role="status" className="task-said">
        {sending ? words.adding(sending) : said}
      </p>
      <div role="alert">
        {wrong.map((message) => (
          <p key={message} className="fr-message fr-message--error">
            {message}
          </p>
        ))}
      </div>
    </section>
  );
}

function OneFile({ file, onRemoved }: { file: TaskFile; onRemoved: (name: string) => Promise<void> }) {
  const words = useWords(w);
  const language = useLanguage();
  const { instant } = useDates();
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [size, unit] =
    file.size < 1_000_000
      ? ([file.size / 1_000, 'kilobyte'] as const)
      : ([file.size / 1_000_000, 'megabyte'] as const);
  const shownSize = new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    style: 'unit',
    unit,
    maximumFractionDigits: size < 10 ? 1 : 0,
  }).format(size);
  const remove = async () => {
    try {
      await write('DELETE', `/api/files/${file.id}`);
      await onRemoved(file.name);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setAsking(false);
      setProblem(words.notRemoved(file.name, error.body.title));
    }
  };
  return (
    <li>
      <a className="fr-link fr-link--download" href={`/api/files/${file.id}`} download={file.name}>
        {file.name}
      </a>
      <span className="fr-hint-text">
        {shownSize} – {words.by(file.author.displayName, instant(file.createdAt))}
      </span>
      {file.mayRemove &&
        (asking ? (
          <div className="task-buttons">
            <p>{words.sure(file.name)}</p>
            <Button size="small" onClick={() => void remove()}>
              {words.remove}
            </Button>
            <Button
              size="small"
              priority="secondary"
              nativeButtonProps={{ autoFocus: true }}
              onClick={() => setAsking(false)}
            >
              {words.keep}
            </Button>
          </div>
        ) : (
          <Button
            size="small"
            priority="tertiary no outline"
            iconId="fr-icon-delete-line"
            onClick={() => setAsking(true)}
          >
            {words.remove}
            <span className="fr-sr-only"> {file.name}</span>
          </Button>
        ))}
      {problem && (
        <p role="alert" className="fr-message fr-message--error">
          {problem}
        </p>
      )}
    </li>
  );
}
