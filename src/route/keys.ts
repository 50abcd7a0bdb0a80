import type { ComparingKey, Key } from './key.ts';
import { KEY_OF_CERTIFICATE } from './key-of-certificate.ts';
import { KEYS_OF_ADDRESSES } from './keys-of-addresses.ts';
import { KEYS_OF_BYTES } from './keys-of-bytes.ts';

/** Every key that compares something, those that need no bytes first: they may spare the others. */
export const KEYS: { readonly [K in ComparingKey]: Key<K> } = {
  ...KEYS_OF_ADDRESSES,
  ...KEYS_OF_BYTES,
  clientCertificate: KEY_OF_CERTIFICATE,
};

/** Their names in that order. */
export const KEY_NAMES = Object.keys(KEYS) as readonly ComparingKey[];
