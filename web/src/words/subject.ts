/** What a task is about, where one kind can be open several times. */
import { subjectLabel } from '../../../domain/labels';
import { useLabel } from './words';

/** @returns null: nothing in particular, or what words alone say */
export function useSubject(): (subject: string | null) => string | null {
  const labelOf = useLabel();
  return (subject) => {
    const about = subjectLabel(subject);
    return about && labelOf(about);
  };
}
