/**
 * Every error Sluice raises to its caller, by stable code. `hint` says what would be right. Match on `code`, not on the
 * message. `docs/errors.md` is made from this table.
 */
export const ERRORS = {
  CONFIG_INVALID: { exit: 2, hint: 'mend the places listed; nothing was started' },
  CONFIG_UNREADABLE: { exit: 2, hint: 'name a readable YAML file' },
  LISTEN_FAILED: { exit: 1, hint: 'free the address, choose another, or grant the right to bind it' },
  ADMIN_FAILED: { exit: 1, hint: 'free the admin address or choose another' },
  TOXIPROXY_FAILED: { exit: 1, hint: 'free the address of `toxiproxy.listen` or choose another' },
  METRICS_FAILED: { exit: 1, hint: 'free the metrics address or choose another' },
  SHARD_FAILED: { exit: 1, hint: 'see what the log says of the shard; fewer `workers` need less memory' },
  RELOAD_REFUSED: {
    exit: 1,
    hint: 'reload a service that is ready, and one that was started from a configuration',
  },
  LISTENER_DISABLED: { exit: 1, hint: "enable it by Toxiproxy's API, which has disabled it" },
  STAGE_TARGET_UNKNOWN: { exit: 1, hint: 'name a listener of the plan in force, or a connection that lives' },
  STAGE_REFUSED: { exit: 1, hint: 'put another stage, or take one away first' },
  CAPTURE_REFUSED: { exit: 1, hint: 'wait for a capture to end, or end one' },
  CAPTURE_FAILED: {
    exit: 1,
    hint: 'name a service that runs (`--admin`), its token (`--token-env`), and a listener or connection it has',
  },
  TOP_FAILED: {
    exit: 1,
    hint: 'name a service that runs (`--admin`) and, where it asks for one, its token (`--token-env`)',
  },
  STAGE_UNKNOWN: { exit: 2, hint: 'use a stage from the reference' },
} as const satisfies Record<string, { exit: number; hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a stable `code`; `cause` is what lay behind it. */
export class SluiceError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SluiceError';
    this.code = code;
  }

  /** Exit code of the command line for this error. */
  get exitCode(): number {
    return ERRORS[this.code].exit;
  }

  /** What would be right. */
  get hint(): string {
    return ERRORS[this.code].hint;
  }
}
