/** The README's session with curl, run as it stands. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../embedded/processes';
import { RunningSystem } from './setup/system';

jest.setTimeout(180_000);

const readme = readFileSync(path.join(projectRoot(), 'README.md'), 'utf8');

test('the session with curl works as the README shows it', async () => {
  const session = /## A session with curl[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)?.[1];
  expect(session).toContain('/complete');
  const system = await RunningSystem.create();
  try {
    const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', session as string], {
      cwd: projectRoot(),
      env: { ...process.env, ...system.env, API: `${system.url}/api`, NODE_ENV: '' },
      encoding: 'utf8',
      timeout: 120_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) });
    expect(stdout).toMatch(/"First contact" is due on /);
    expect(stdout).toContain('Assign the referent');
    expect(stdout).toMatch(/enrolled step_entered|task_completed/);
    expect(stdout).toMatch(/"Assign the referent" would go to the coordinator/);
  } finally {
    await system.stop();
  }
});

test('every script, file and folder that the README names exists', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(projectRoot(), 'package.json'), 'utf8'));
  const named = [
    ...readme.matchAll(
      /npm (?:run )?(?:--silent )?(?:run )?(start|test|token|demo|reconcile|config|bench)\b/g,
    ),
  ];
  expect(named.length).toBeGreaterThan(6);
  for (const [, script] of named) expect(Object.keys(scripts)).toContain(script);
  const files = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, file]) => file as string);
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((file) => !existsSync(path.join(projectRoot(), file)))).toEqual([]);
});
