import type { ProxyInPlan, ProxyOutPlan } from '../core/plan.ts';
import * as defaults from './defaults.ts';
import type { Config } from './schema.ts';
import { parseDuration } from './units.ts';

type ListenerConfig = Config['listeners'][number];
type OutConfig = Config['pools'][string]['connect']['proxy_protocol'];

/** How a listener takes PROXY headers; null = it looks for none. */
export function compileProxyIn({ proxy_protocol: given, trusted = [] }: ListenerConfig): ProxyInPlan | null {
  const map = typeof given === 'object' ? given : null;
  const mode = map?.mode ?? given;
  if (mode === 'off') return null;
  const timeoutMs = map?.timeout ?? parseDuration(defaults.PROXY_TIMEOUT) ?? 0;
  return { required: mode === 'require', trusted: map?.trusted ?? trusted, timeoutMs };
}

/** The header that the backends of a pool get; null = none. */
export function compileProxyOut(given: OutConfig): ProxyOutPlan | null {
  if (given === 'off') return null;
  const { version, tlvs = [] } = typeof given === 'object' ? given : { version: given };
  return { version: version === 'v1' ? 1 : 2, tlvs };
}
