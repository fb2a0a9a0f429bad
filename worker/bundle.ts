/** The workflow code as one script: built with the release, so that a worker starts at once and runs what was tested. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where the build leaves it: dist/worker/workflow-bundle.js. */
export const bundleFile = path.join(__dirname, 'workflow-bundle.js');

/**
 * @param sources the folder that holds workflows/ and domain/
 * @returns the code, for `workflowBundle` of a worker
 */
export async function bundle(sources = path.resolve(__dirname, '..')): Promise<{ code: string }> {
  // Loading the SDK takes a while, and a test run that needs no workflow loads this module too.
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  return bundleWorkflowCode({
    workflowsPath: path.join(sources, 'workflows'),
    // What is the same for every pathway is loaded once for each thread, not once for each of thousands of workflows.
    // Nothing of it keeps state in a module.
    preloadModules: [
      '@temporalio/workflow',
      'zod',
      path.join(sources, 'domain/tasks'),
      path.join(sources, 'workflows/pathway'),
    ],
    logger: {
      ...console,
      log() {},
      trace() {},
      debug() {},
      info() {},
      warn: console.warn,
      error: console.error,
    },
  });
}

if (require.main === module) {
  bundle().then(({ code }) => {
    mkdirSync(path.dirname(bundleFile), { recursive: true });
    writeFileSync(bundleFile, code);
  });
}
