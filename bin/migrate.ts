/** `npm run migrate`: brings the database of DATABASE_URL to this release's schema. */
import { migrate } from '../db/migrate';

const url = process.env.DATABASE_URL;
if (!url) {
  console.error(
    'DATABASE_URL is not set: give the database to migrate, postgres://user:password@host:5432/name',
  );
  process.exit(1);
}
migrate(url).then(
  () => console.log('The database has the schema of this release.'),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
