/** Access tokens of demonstration people for tests: signed with a key of the test's own instead of a whole sign-in. */
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTVerifyGetKey, SignJWT } from 'jose';

export const testIssuer = 'http://issuer.test/oidc';
export const testAudience = 'service-plus';

export interface TestTokens {
  readonly keys: JWTVerifyGetKey;
  /** @param claims override those of a valid token of an hour */
  tokenOf(subject: string, claims?: { exp?: number; iss?: string; aud?: string }): Promise<string>;
}

export async function createTestTokens(): Promise<TestTokens> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' };
  return {
    keys: createLocalJWKSet({ keys: [jwk] }),
    tokenOf: (
      subject,
      { exp = Math.floor(Date.now() / 1000) + 3600, iss = testIssuer, aud = testAudience } = {},
    ) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setSubject(subject)
        .setIssuer(iss)
        .setAudience(aud)
        .setIssuedAt()
        .setExpirationTime(exp)
        .sign(privateKey),
  };
}
