import type { StageControl } from '../core/stage-control.ts';
import type { Edit } from './edits.ts';
import type { ProxyRow } from './rows.ts';

/** What the API reaches of the service. */
export interface Proxied {
  /** The proxies there are now. */
  rows(): readonly ProxyRow[];
  /** Whether a run-time proxy may have this name. */
  isName(name: string): boolean;
  /** Makes changes, all or none; resolves when they are in force. Rejects with a SluiceError where they cannot be. */
  change(edits: readonly Edit[]): Promise<void>;
  readonly stages: Pick<StageControl, 'replace'>;
}
