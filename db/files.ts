/** Files on tasks. Row-level security shows those of the tasks that the caller sees; a list never reads their bytes. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/calendar';
import type { FileType } from '../domain/files';
import type { TaskKind } from '../domain/tasks';

export interface FileToAdd {
  readonly id: string;
  readonly pathwayId: string;
  readonly taskId: string;
  readonly authorId: string;
  readonly name: string;
  readonly mediaType: FileType;
  readonly content: Buffer;
  readonly now: Date;
}

export async function addFile(client: PoolClient, f: FileToAdd): Promise<void> {
  await client.query(
    `insert into files (id, pathway_id, task_id, author_id, name, media_type, size, content, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [f.id, f.pathwayId, f.taskId, f.authorId, f.name, f.mediaType, f.content.length, f.content, f.now],
  );
}

export async function countFiles(client: PoolClient, taskId: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>('select count(*) as n from files where task_id = $1', [
    taskId,
  ]);
  return rows[0]?.n as number;
}

/** Whoever adds to the same task at the same time comes after. */
export async function lockFilesOf(client: PoolClient, taskId: string): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended('files of ' || $1, 0))", [taskId]);
}

/** What the policy asks about a file and its task, and what goes before its bytes. */
export interface FileFacts {
  readonly id: string;
  readonly name: string;
  readonly mediaType: FileType;
  readonly size: number;
  readonly sha256: Buffer;
  readonly createdAt: Instant;
  readonly authorId: string;
  readonly pathwayId: string;
  readonly siteId: string;
  readonly kind: TaskKind;
  readonly assigneeId: string | null;
  readonly partnerId: string | null;
}

export async function fileFacts(client: PoolClient, id: string): Promise<FileFacts | undefined> {
  const { rows } = await client.query<FileFacts>({
    name: 'file_facts',
    text: `select f.id, f.name, f.media_type as "mediaType", f.size, f.sha256, iso(f.created_at) as "createdAt",
             f.author_id as "authorId", f.pathway_id as "pathwayId", t.site_id as "siteId", t.kind,
             t.assignee_id as "assigneeId", t.partner_id as "partnerId"
           from files f join tasks t on t.id = f.task_id where f.id = $1`,
    values: [id],
  });
  return rows[0];
}

/** Some of a file's bytes, from one position; null: it is not there any more. */
export async function filePiece(
  client: PoolClient,
  id: string,
  from: number,
  length: number,
): Promise<Buffer | null> {
  const { rows } = await client.query<{ piece: Buffer }>({
    name: 'file_piece',
    text: 'select substring(content from $2 for $3) as piece from files where id = $1',
    values: [id, from + 1, length],
  });
  return rows[0]?.piece ?? null;
}

export async function removeFile(client: PoolClient, id: string): Promise<void> {
  await client.query('delete from files where id = $1', [id]);
}
