-- The counts of the inbox are grouped by due date: an index in that order needs no table of hashes, a quarter of the time.
drop index tasks_to_count;
create index tasks_to_count on tasks (site_id, due_at, kind, step, assignee_id) where status = 'open';
