/**
 * How the evaluation names people: HMAC-SHA-256 of an id that says nothing, with a key that only the installation has.
 * The same key gives the same names in every release, so that releases and surveys of one study can be joined.
 */
import { createHash, createHmac } from 'node:crypto';
import { type MaskedArm, maskedArms } from '../domain/evaluation';
import { type Arm, arms } from '../domain/pathway';

const BLOCK = 64;
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** What a release is for: the masked one names people otherwise, or both together would tell who is A. */
export const purposes = ['open', 'masked'] as const;
export type Purpose = (typeof purposes)[number];

const keyOf = (key: string, purpose: Purpose) => hmac(Buffer.from(key, 'hex'), `pseudonym/${purpose}`);

/** The key as the two pads of RFC 2104: so a database without HMAC computes it, and the key itself stays here. */
export interface Pads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}
/** @param key 64 hexadecimal digits */
export function padsOf(key: string, purpose: Purpose): Pads {
  const padded = Buffer.concat([keyOf(key, purpose)], BLOCK);
  return {
    inner: padded.map((byte) => byte ^ 0x36) as Buffer,
    outer: padded.map((byte) => byte ^ 0x5c) as Buffer,
  };
}

/** The pseudonym of a person, as the database computes it from the pads. */
export const pseudonymOf = (key: string, purpose: Purpose, person: string): string =>
  hmac(keyOf(key, purpose), person).toString('hex').slice(0, 32);

/** Which of the arms is A: by the key, so that nobody chose it and it is the same in every release. */
export function maskedArmOf(key: string, arm: Arm): MaskedArm {
  const swapped = ((hmac(Buffer.from(key, 'hex'), 'arms')[0] as number) & 1) === 1;
  return maskedArms[arms.indexOf(arm) ^ Number(swapped)] as MaskedArm;
}

/** Names a key without telling it: files that were made with another one cannot be joined. */
export const keyIdOf = (key: string): string =>
  createHash('sha256')
    .update(hmac(Buffer.from(key, 'hex'), 'key-id'))
    .digest('hex')
    .slice(0, 8);
