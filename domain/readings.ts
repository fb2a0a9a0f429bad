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

/** What the evaluation takes away: its own people read of it, not the sites. */
export const evaluationExportKinds = ['evaluation', 'evaluation_matching'] as const;
export const exportKinds = [
  'pathways',
  'tasks',
  'import_rejects',
  'report',
  ...evaluationExportKinds,
] as const;
export type ExportKind = (typeof exportKinds)[number];
