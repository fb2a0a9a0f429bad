/** Files on tasks: added, read and removed one by one. Their bytes are checked before they are kept, never on the way out. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { encodeExtended } from 'content-disposition';
import type { Pool } from 'pg';
import * as z from 'zod';
import {
  addFile,
  countFiles,
  type FileFacts,
  fileFacts,
  filePiece,
  lockFilesOf,
  removeFile,
} from '../../db/files';
import { logReading } from '../../db/pathways';
import { asActor } from '../../db/pool';
import { taskFacts } from '../../db/tasks';
import { checkedName, type FileType, MOST_FILES, mediaTypes, nameRefusals } from '../../domain/files';
import type { Label } from '../../domain/forms';
import { derivedId } from '../deciding';
import { contentRefusal, contentRefusals } from '../file-contents';
import type { Person } from '../identity';
import { once } from '../once';
import { type Language, Problem } from '../problems';
import { percentDecoded, route } from '../routing';
import * as shape from '../shapes';
import { mayRemoveFile, refuseTask } from './tasks';

const add = route({
  method: 'post',
  path: '/tasks/{id}/files',
  action: 'file.add',
  tag: 'tasks',
  summary: { fr: 'Joindre un fichier à une tâche', en: 'Add a file to a task' },
  params: shape.taskParams,
  stream: mediaTypes,
  otherType: 'file_type_unsupported',
  named: true,
  answers: {
    201: { description: 'Kept', schema: z.object({ id: z.uuid(), createdAt: shape.instant() }) },
  },
  problems: [
    'file_name_invalid',
    'too_many_files',
    'file_too_large',
    'file_unsafe',
    'idempotency_key_reused',
  ],
  async handle({ api, config }, call) {
    const { actor, params, stream, language, now, requestId } = call;
    if (call.mediaType === undefined)
      throw new Problem('file_unsafe', because('', 'empty', contentRefusals.empty, language));
    const mediaType = call.mediaType as FileType;
    const name = nameOf(call.fileName ?? '', mediaType, language);
    const id = derivedId(requestId, 'file');
    // Before the bytes are waited for, and without a connection while they are.
    await asActor(api, actor, async (client) => {
      const [facts] = await taskFacts(client, actor.id, [params.id]);
      refuseTask(actor, 'file.add', facts);
    });
    const content = await readUpTo(stream, config.FILE_MAX_BYTES);
    const refused = await contentRefusal(content, mediaType);
    if (refused) throw new Problem('file_unsafe', because('', refused, contentRefusals[refused], language));
    const hash = createHash('sha256').update(content).digest('hex');
    const kept = await asActor(api, actor, async (client) => {
      await once(client, { ...call, body: { name, mediaType, hash } }, id, async () => {
        const [facts] = await taskFacts(client, actor.id, [params.id]);
        refuseTask(actor, 'file.add', facts);
        await lockFilesOf(client, params.id);
        if ((await countFiles(client, params.id)) >= MOST_FILES) throw new Problem('too_many_files');
        const { pathwayId } = facts as { pathwayId: string };
        const file = { id, pathwayId, taskId: params.id, authorId: actor.id, name, mediaType, content, now };
        await addFile(client, file);
      });
      return fileFacts(client, id);
    });
    // Sent again after it was removed.
    if (!kept) throw new Problem('not_found');
    return { status: 201, body: { id, createdAt: kept.createdAt } };
  },
});

/** @throws Problem file_name_invalid */
function nameOf(header: string, type: FileType, language: Language): string {
  const checked = checkedName(percentDecoded(header) ?? '', type);
  if ('name' in checked) return checked.name;
  const { refused } = checked;
  throw new Problem('file_name_invalid', because('X-File-Name', refused, nameRefusals[refused], language));
}

const because = (pointer: string, code: string, reason: Label, language: Language) => ({
  errors: [{ pointer, code, message: reason[language] }],
});

/** @throws Problem file_too_large as soon as it is known: what goes beyond is not kept */
async function readUpTo(stream: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed when we refuse: the answer goes out on the same connection.
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > most) {
      const megabytes = Math.round((most / 1024 / 1024) * 10) / 10;
      const detail = {
        fr: `Au plus ${String(megabytes).replace('.', ',')} Mo`,
        en: `At most ${megabytes} MB`,
      };
      throw new Problem('file_too_large', { detail });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

const read = route({
  method: 'get',
  path: '/files/{id}',
  action: 'file.read',
  tag: 'tasks',
  summary: { fr: 'Télécharger un fichier', en: 'Download a file' },
  params: shape.uuidParams,
  answers: { 200: { description: 'Its bytes, to save; never shown as a page', schema: mediaTypes } },
  async handle({ api }, { actor, params }) {
    const file = await asActor(api, actor, async (client) => {
      const found = await fileFacts(client, params.id);
      refuseTask(actor, 'file.read', found);
      const { pathwayId } = found as FileFacts;
      await logReading(client, actor.id, pathwayId, 'file');
      return found as FileFacts;
    });
    return {
      status: 200,
      body: pieces(api, actor, file),
      contentType: file.mediaType === 'text/plain' ? 'text/plain; charset=utf-8' : file.mediaType,
      headers: {
        'content-length': String(file.size),
        'content-disposition': `attachment; filename*=${encodeExtended(file.name)}`,
        'content-security-policy': "sandbox; default-src 'none'",
        'repr-digest': `sha-256=:${file.sha256.toString('base64')}:`,
      },
    };
  },
});

const PIECE = 1024 * 1024;

/** A transaction for each piece: a slow reader holds no connection. */
async function* pieces(pool: Pool, actor: Person, { id, size }: FileFacts): AsyncIterable<Buffer> {
  for (let from = 0; from < size; from += PIECE) {
    const piece = await asActor(pool, actor, (client) => filePiece(client, id, from, PIECE));
    if (piece === null) throw new Error('the file was removed while it was read');
    yield piece;
  }
}

const remove = route({
  method: 'delete',
  path: '/files/{id}',
  action: 'file.remove',
  tag: 'tasks',
  summary: {
    fr: 'Supprimer un fichier (la coordination : aussi celui d’un autre)',
    en: 'Remove a file (a coordinator: anybody’s)',
  },
  params: shape.uuidParams,
  answers: { 200: { description: 'Removed, its bytes too', schema: z.object({ id: z.uuid() }) } },
  async handle({ api }, call) {
    const { actor, params } = call;
    await asActor(api, actor, (client) =>
      once(client, call, params.id, async () => {
        const found = await fileFacts(client, params.id);
        refuseTask(actor, 'file.read', found);
        const { siteId, authorId } = found as FileFacts;
        if (!mayRemoveFile(actor, siteId, authorId)) throw new Problem('forbidden');
        await removeFile(client, params.id);
      }),
    );
    return { status: 200, body: { id: params.id } };
  },
});

export const fileRoutes = [add, read, remove];
