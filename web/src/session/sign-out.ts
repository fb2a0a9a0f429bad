import { write } from '../api/client';

/** Ends the session here and at the issuer. */
export async function signOut(): Promise<void> {
  const { body } = await write<{ location: string }>('POST', '/auth/logout');
  location.assign(body.location);
}
