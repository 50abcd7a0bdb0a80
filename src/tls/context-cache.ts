import { createHash } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

/** Contexts made between two looks for those that nobody uses any more. */
const SWEEP_EVERY = 64;

/** OpenSSL's contexts by what they are made of: a plan that says the same as the one before it makes none again. */
export class ContextCache {
  readonly #contexts = new Map<string, WeakRef<SecureContext>>();
  #made = 0;

  /** Throws OpenSSL's error where the parts do not make a context. */
  get(options: SecureContextOptions): SecureContext {
    const key = createHash('sha256').update(JSON.stringify(options)).digest('base64');
    const known = this.#contexts.get(key)?.deref();
    if (known !== undefined) return known;
    const context = createSecureContext(options);
    this.#contexts.set(key, new WeakRef(context));
    this.#made++;
    if (this.#made % SWEEP_EVERY === 0) this.#sweep();
    return context;
  }

  #sweep(): void {
    for (const [key, context] of this.#contexts)
      if (context.deref() === undefined) this.#contexts.delete(key);
  }
}
