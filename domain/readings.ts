/** What is kept of who sees what: what of a young person's record was read, and what left in a file. */

export const readingKinds = [
  'pathway',
  'timeline',
  'notes',
  'forecast',
  'task',
  'file',
  'enrolment',
] as const;
export type ReadingKind = (typeof readingKinds)[number];

export const exportKinds = ['pathways', 'tasks', 'import_rejects', 'report'] as const;
export type ExportKind = (typeof exportKinds)[number];
