/** How backends are probed. */
export interface HealthPlan {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Passed probes in a row that make an unhealthy backend healthy. */
  readonly rise: number;
  /** Failed probes in a row that make a healthy backend unhealthy. */
  readonly fall: number;
  readonly probe: 'tcp';
}
