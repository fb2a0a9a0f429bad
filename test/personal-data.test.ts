/**
 * Nothing of a person is in Temporal (invariant 2): what is entered through the API is looked for in every event of
 * every history and in what Temporal lists and describes, as it is and in the disguises that encodings give it.
 */
import { randomUUID } from 'node:crypto';
import { dayOf } from '../domain/calendar';
import { completeTask, mediationWorkflowId, pathwayWorkflowId, recordContact } from '../workflows/messages';
import { type ApiWorld, createApiWorld, idOf, youngPerson } from './setup/api-world';

let w: ApiWorld;
beforeAll(async () => {
  w = await createApiWorld();
}, 60_000);
afterAll(() => w?.end());

/** Everything that was entered about people. */
const entered: string[] = [];
/** A text that stands nowhere else, with letters that encodings treat in their own ways. */
function words(about: string): string {
  const text = `${about} «Éloïse» ${randomUUID().replace(/[^a-f]/g, '')} d'œuvre & co`;
  entered.push(text);
  return text;
}
function noted<T extends string>(value: T): T {
  entered.push(value);
  return value;
}
const letters = () => randomUUID().replace(/[^a-f]/g, '');
const inDays = (n: number) => dayOf(Date.now() + n * 86_400_000);

/** What a person is known by, each noted. */
function somebody(): Record<string, unknown> {
  return youngPerson('tours', {
    lastName: noted(`Kervoëlen ${letters()}`),
    firstName: noted(`Maëlys-Ángel ${letters()}`),
    birthDate: noted('2004-02-29'),
    phone: noted('06 39 98 71 64'),
    email: noted(`maelys.${letters()}@exemple.fr`),
    address: noted(`12 bis rue du Bœuf-Couronné ${letters()}, 37000 Tours`),
    familyContact: { name: noted(`Tante Zoé ${letters()}`), phone: noted('02 61 91 44 27') },
    externalNumber: noted(`IMILO-${letters().slice(0, 9)}-7781`),
  });
}

async function say(person: string, url: string, body: object, method: 'post' | 'put' | 'delete' = 'post') {
  const response = await w.call(person, method, `/api${url}`, { body });
  expect([url, response.status < 300, response.body.errors]).toEqual([url, true, undefined]);
  return response.body;
}
async function complete(id: string, kind: string, form: object) {
  return say('coordinator.tours', `/tasks/${await own(id, kind)}/complete`, form);
}
/** The task, held by the coordinator so that one person can play all. */
async function own(id: string, kind: string): Promise<string> {
  const taskId = await w.task(id, kind);
  await say('coordinator.tours', `/tasks/${taskId}/assign`, { assigneeId: idOf('coordinator.tours') });
  return taskId;
}
const contract = () => ({
  signedOn: inDays(0),
  startsOn: inDays(3),
  endsOn: inDays(600),
  employer: words('Boulangerie'),
  master: words('Maître'),
  cfa: words('CFA'),
  trade: words('Boulanger'),
  diploma: words('CAP'),
});

/** All forms of a text in which it may stand somewhere. */
function disguises(text: string): string[] {
  const bytes = Buffer.from(text);
  // Without the characters at both ends that also depend on what stands beside.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
    encodeURIComponent(text),
    text.normalize('NFD'),
    text.replaceAll(' ', ''),
    text.split('-').reverse().join('/'),
    bytes.toString('hex'),
    ...base64,
    ...base64.map((b) => b.replaceAll('+', '-').replaceAll('/', '_')),
  ].map((d) => d.toLowerCase());
}

/** All that is text, or may be read as text, in a message of Temporal: keys, values, bytes. */
function textsOf(value: unknown, found: string[] = []): string[] {
  if (typeof value === 'string') found.push(value);
  else if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    found.push(bytes.toString('utf8'), bytes.toString('base64'));
  } else if (Array.isArray(value)) for (const one of value) textsOf(one, found);
  else if (typeof value === 'object' && value !== null) {
    found.push(...Object.keys(value));
    for (const one of Object.values(value)) textsOf(one, found);
  }
  return found;
}

/** Everything that Temporal has of these pathways, and of other workflows. */
async function allOfTemporal(pathwayIds: readonly string[], others: readonly string[] = []): Promise<string> {
  const { workflow } = w.deps.temporal;
  const seen: unknown[] = [];
  for (const id of [...pathwayIds.map(pathwayWorkflowId), ...others]) {
    const handle = workflow.getHandle(id);
    seen.push((await handle.fetchHistory()).events, (await handle.describe()).raw);
  }
  // Visibility is told a moment later.
  for (let tries = 0; ; tries++) {
    const listed: unknown[] = [];
    for await (const execution of workflow.list({
      query: `WorkflowId IN (${pathwayIds.map((id) => `'${pathwayWorkflowId(id)}'`).join()})`,
    }))
      listed.push(execution.raw);
    seen.push(listed);
    if (listed.length >= pathwayIds.length || tries > 100) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return textsOf(seen).join('\n').toLowerCase();
}

function foundIn(temporal: string, texts: readonly string[]): string[] {
  return texts.filter((text) => disguises(text).some((disguise) => temporal.includes(disguise)));
}

test('nothing that was entered about a young person is in Temporal', async () => {
  const { id: enrolled } = await say('coordinator.tours', '/enrolments', somebody());
  const first = await own(enrolled, 'first_contact');
  await say(
    'coordinator.tours',
    `/tasks/${first}/draft`,
    { form: { outcome: 'reached', comment: words('Brouillon') } },
    'put',
  );
  await say('coordinator.tours', `/tasks/${first}/comments`, { body: words('Remarque') });
  const file = await w.call('coordinator.tours', 'post', `/api/tasks/${first}/files`, {
    body: words('Fichier'),
    headers: { 'content-type': 'text/plain', 'x-file-name': encodeURIComponent(`${words('CV')}.txt`) },
  });
  expect(file.status).toBe(201);
  await say('counsellor.tours', `/pathways/${enrolled}/notes`, { body: words('Note') });
  await say('counsellor.tours', `/pathways/${enrolled}/contacts`, {
    channel: 'phone',
    result: 'message_left',
    comment: words('Contact'),
  });
  await complete(enrolled, 'first_contact', { outcome: 'reached', channel: 'sms', comment: words('Joint') });
  await complete(enrolled, 'assign_referent', { outcome: 'assigned', referentId: idOf('counsellor.tours') });
  await complete(enrolled, 'information_session', { outcome: 'attended', comment: words('Information') });
  await complete(enrolled, 'family_information', { outcome: 'met', comment: words('Famille') });
  await complete(enrolled, 'entry_interview', {
    outcome: 'project_to_validate',
    obstacles: ['housing'],
    comment: words('Entretien'),
  });
  await complete(enrolled, 'basic_skills_assessment', { outcome: 'sufficient', comment: words('Savoirs') });
  const actions = [{ action: 'immersion', on: inDays(0) }];
  await complete(enrolled, 'plan_discovery', { outcome: 'planned', actions, comment: words('Découverte') });
  await complete(enrolled, 'discovery_action', {
    outcome: 'done',
    company: words('Garage'),
    review: words('Bilan'),
  });
  await complete(enrolled, 'validate_project', {
    outcome: 'validated',
    coSignedBy: idOf('partner.tours'),
    trade: words('Métier'),
    diploma: words('Diplôme'),
    cfa: words('CFA'),
  });
  await say('counsellor.tours', `/pathways/${enrolled}/offers`, { offer: words('Offre') });
  await complete(enrolled, 'offer_feedback', { outcome: 'hired', comment: words('Embauche') });
  await complete(enrolled, 'remove_obstacle', { outcome: 'solved', comment: words('Logement') });
  await say('counsellor.tours', `/pathways/${enrolled}/contracts`, contract());
  for (const level of ['low', 'high']) {
    const what = words('Alerte');
    await say('counsellor.tours', `/pathways/${enrolled}/alerts`, { level, source: 'employer', what });
  }
  await complete(enrolled, 'alert_follow_up', { outcome: 'handled', report: words('Suivi') });
  await complete(enrolled, 'accept_mediation', { outcome: 'accepted', comment: words('Médiation') });
  await complete(enrolled, 'meet_parties', {
    outcome: 'agreement',
    on: inDays(0),
    report: words('Rencontre'),
  });
  await say('coordinator.tours', `/pathways/${enrolled}/hold`, {
    until: inDays(20),
    comment: words('Attente'),
  });
  await say('coordinator.tours', `/pathways/${enrolled}/hold`, {}, 'delete');
  await say('coordinator.tours', `/pathways/${enrolled}/transfer`, {
    referentId: idOf('counsellor2.tours'),
    comment: words('Transfert'),
  });
  await say('counsellor.tours', `/pathways/${enrolled}/terminations`, {
    on: inDays(0),
    initiator: 'mutual',
    reason: 'health',
    comment: words('Rupture'),
  });
  await say('counsellor.tours', `/pathways/${enrolled}/employments`, {
    kind: 'permanent',
    startsOn: inDays(0),
    employer: words('Employeur'),
    comment: words('Emploi'),
  });
  await complete(enrolled, 'employment_plan', { outcome: 'looking', comment: words('Plan') });
  await say('counsellor.tours', `/pathways/${enrolled}/exit`, { code: 'other', comment: words('Sortie') });

  // One that was accompanied before comes with a contract and its words.
  const takenOver = somebody();
  const { id: imported } = await say('coordinator.tours', '/enrolments', {
    ...takenOver,
    birthDate: noted('2003-07-17'),
    enrolledOn: inDays(-50),
    start: {
      step: 'securing',
      since: inDays(-20),
      referentId: idOf('counsellor.tours'),
      contract: { ...contract(), signedOn: inDays(-20), startsOn: inDays(-10) },
    },
  });
  // Due before it was taken over: passed over.
  await w.task(imported, 'start_check', 'cancelled');

  const temporal = await allOfTemporal([enrolled, imported], [mediationWorkflowId(enrolled, 1)]);
  // It has been read, and what may be there is there.
  for (const id of [
    enrolled,
    imported,
    first,
    idOf('counsellor.tours'),
    'project_to_validate',
    'meet_parties',
  ])
    expect(temporal).toContain(id);
  expect(entered.length).toBeGreaterThan(50);
  expect(foundIn(temporal, entered)).toEqual([]);
}, 60_000);

describe('what would leak is found:', () => {
  const leaked = `Kervoëlen d'Œuvre ${letters()}`;
  const somewhere = async (leak: (id: string) => Promise<unknown>) => {
    const id = await w.enrol('tours');
    await leak(id);
    expect(foundIn(await allOfTemporal([id]), [leaked, 'nobody entered this'])).toEqual([leaked]);
  };
  const update = (id: string, definition: never, request: object) =>
    w.deps.temporal.workflow.getHandle(pathwayWorkflowId(id)).executeUpdate(definition, {
      args: [{ requestId: randomUUID(), by: idOf('counsellor.tours'), ...request }] as never,
    });
  const contact = (channel: string) => (id: string) =>
    update(id, recordContact as never, { channel, result: 'not_reached', at: new Date().toISOString() });

  test.each([
    ['in an argument', leaked],
    ['as base64', Buffer.from(`x${leaked}y`).toString('base64')],
    ['percent-encoded', encodeURIComponent(leaked)],
    ['in capitals', leaked.toUpperCase()],
    ['in hexadecimal', Buffer.from(leaked).toString('hex')],
  ])('%s', async (_, text) => somewhere(contact(text)));

  test('in a memo', async () =>
    somewhere(async (id) => {
      const { workflow } = w.deps.temporal;
      await workflow.getHandle(pathwayWorkflowId(id)).terminate();
      await workflow.start('pathway', {
        workflowId: pathwayWorkflowId(id),
        taskQueue: 'nobody works here',
        args: [],
        memo: { who: leaked },
      });
      await workflow.getHandle(pathwayWorkflowId(id)).terminate();
    }));

  test('in the id of a request that was accepted', async () =>
    somewhere(async (id) => {
      const taskId = await w.task(id, 'first_contact');
      await w.deps.temporal.workflow.getHandle(pathwayWorkflowId(id)).executeUpdate(completeTask, {
        updateId: leaked,
        args: [
          {
            requestId: randomUUID(),
            by: idOf('counsellor.tours'),
            taskId,
            decision: { outcome: 'reached', channel: 'sms' },
          },
        ],
      });
    }));
});
