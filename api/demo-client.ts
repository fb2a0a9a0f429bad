/** How the embedded issuer knows the application: what the issuer registers and who signs in must say the same. */

export const clientId = 'service-plus-web';
export const callbackPath = '/auth/callback';
