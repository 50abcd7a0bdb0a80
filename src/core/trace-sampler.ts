/** What decides about a trace where it begins, and whether the decision of the proxy in front comes before it. */
export interface TraceSampler {
  /** Share of traces that are recorded, 0 to 1. */
  readonly share: number;
  readonly followsParent: boolean;
}

/**
 * What OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say (OpenTelemetry's specification of environment variables): null
 * where the first is not set, or names a sampler that Sluice has not. A share that is missing or out of range is 1.
 */
export function samplerOf(variables: Readonly<Record<string, string | undefined>>): TraceSampler | null {
  const name = variables['OTEL_TRACES_SAMPLER']?.trim() ?? '';
  const followsParent = name.startsWith('parentbased_');
  switch (name.replace(/^parentbased_/, '')) {
    case 'always_on':
      return { share: 1, followsParent };
    case 'always_off':
      return { share: 0, followsParent };
    case 'traceidratio':
      return { share: shareOf(variables['OTEL_TRACES_SAMPLER_ARG']), followsParent };
    default:
      return null;
  }
}

/** Whether a text is a share as OTEL_TRACES_SAMPLER_ARG can have it. */
export function isShare(text: string): boolean {
  return text.trim() !== '' && Number(text) >= 0 && Number(text) <= 1;
}

function shareOf(text: string | undefined): number {
  return text !== undefined && isShare(text) ? Number(text) : 1;
}
