import { createCipheriv, createHmac } from 'node:crypto';
import type { TlsPeer } from './tls-peer.ts';

/** Options under which `KeyUpdates` can take over what a peer sends. */
export const SIMPLE_TLS13 = { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' } as const;

const HANDSHAKE = 22;
/** key_update, one byte long, update_requested (RFC 8446, section 4.6.3). */
const KEY_UPDATE = Buffer.from('1800000101', 'hex');

/** Seals records in the place of a client that has sent nothing yet but its handshake: requests for new keys, one after the other. */
export class KeyUpdates {
  #secret: Uint8Array = Buffer.alloc(0);

  /** To be made before the handshake. */
  constructor(peer: TlsPeer) {
    peer.tls.on('keylog', (line: Buffer) => {
      const found = /^CLIENT_TRAFFIC_SECRET_0 \S+ (\S+)/.exec(String(line));
      if (found !== null) this.#secret = Buffer.from(found[1] as string, 'hex');
    });
  }

  /** The next so many. Each is the first record under its key. */
  take(count: number): Buffer {
    const records: Buffer[] = [];
    for (let index = 0; index < count; index++) {
      records.push(this.#seal());
      this.#secret = this.#expand('traffic upd', 32);
    }
    return Buffer.concat(records);
  }

  #seal(): Buffer {
    const inner = Buffer.concat([KEY_UPDATE, Buffer.of(HANDSHAKE)]);
    const header = Buffer.of(23, 3, 3, 0, inner.length + 16);
    const cipher = createCipheriv('aes-128-gcm', this.#expand('key', 16), this.#expand('iv', 12));
    cipher.setAAD(header);
    return Buffer.concat([header, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
  }

  /** HKDF-Expand-Label with an empty context (RFC 8446, section 7.1), for at most one block. */
  #expand(label: string, length: number): Buffer {
    const name = Buffer.from(`tls13 ${label}`);
    const info = Buffer.concat([Buffer.of(0, length, name.length), name, Buffer.of(0, 1)]);
    return createHmac('sha256', this.#secret).update(info).digest().subarray(0, length);
  }
}
