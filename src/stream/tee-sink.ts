/** Where a tee puts its copy. Owned by the tee it was given to, which closes it exactly once. */
export interface TeeSink {
  /** Takes a copy of `bytes`, which are valid until this returns. Must not wait. */
  write(bytes: Uint8Array): void;
  /** The sender has finished. */
  fin?(): void;
  /** The direction ends by an error: a RST, or a stage that is taken away. */
  failed?(error: unknown): void;
  /** Nothing more comes. What was written is kept. */
  close(): void;
}
