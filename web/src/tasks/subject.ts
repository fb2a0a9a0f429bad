/** What a task is about, where one kind can be open several times. */
import { discoveryActionLabels, obstacleLabels } from '../../../domain/labels';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: { basicSkills: 'savoirs de base', redefined: 'projet à redéfinir', late: 'reprise tardive' },
  en: { basicSkills: 'basic skills', redefined: 'project to redefine', late: 'late take-over' },
});

const names: Readonly<Record<string, { fr: string; en: string }>> = {
  ...obstacleLabels,
  ...discoveryActionLabels,
};
const isId = (subject: string) => /^[0-9a-f]{8}-/.test(subject);

/** @returns null: nothing in particular, or what words alone say */
export function useSubject(): (subject: string | null) => string | null {
  const words = useWords(w);
  const labelOf = useLabel();
  return (subject) => {
    if (subject === null || isId(subject)) return null;
    if (subject === 'redefined' || subject === 'late') return words[subject];
    const [code = '', beside] = subject.split(' (');
    const name = names[code];
    if (!name) return null;
    return beside ? `${labelOf(name)} (${words.basicSkills})` : labelOf(name);
  };
}
