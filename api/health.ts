/** Whether the API can work now, and if not, what is missing. */
import type { Deps } from './routing';

const WITHIN_MS = 2_000;

export interface Readiness {
  readonly ready: boolean;
  /** `up`, or a sentence that says what does not answer. */
  readonly checks: Readonly<Record<'database' | 'temporal', string>>;
}

export async function readiness({
  api,
  temporal,
  config,
}: Pick<Deps, 'api' | 'temporal' | 'config'>): Promise<Readiness> {
  const [database, workflows] = await Promise.all([
    answers('PostgreSQL', () => api.query('select 1')),
    answers('Temporal', () =>
      temporal.withDeadline(Date.now() + WITHIN_MS, () =>
        temporal.workflowService.describeNamespace({ namespace: config.TEMPORAL_NAMESPACE }),
      ),
    ),
  ]);
  return { ready: database === 'up' && workflows === 'up', checks: { database, temporal: workflows } };
}

async function answers(name: string, ask: () => Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${WITHIN_MS / 1000} s`)), WITHIN_MS);
  });
  try {
    await Promise.race([ask(), late]);
    return 'up';
  } catch (error) {
    const { code, message } = error as Error & { code?: string | number };
    return `${name} does not answer (${typeof code === 'string' ? code : message})`;
  } finally {
    clearTimeout(timer);
  }
}
