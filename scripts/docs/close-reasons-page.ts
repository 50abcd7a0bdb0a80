import { CLOSE_REASONS } from '../../src/core/close-reason.ts';
import { asSentence, code, GENERATED, table } from './markdown.ts';

/** docs/close-reasons.md */
export function closeReasonsPage(): string {
  const rows = Object.entries(CLOSE_REASONS).map(([name, { by, clean, meaning }]) => [
    code(name),
    by,
    clean ? 'yes' : 'no',
    asSentence(meaning),
  ]);
  return `${GENERATED}

# Close reasons

Every connection ends for exactly one of these reasons. The names are stable; logs, metrics and traces carry them.
_Clean_ means that both directions ended by FIN and everything that was read was delivered.

${table(['Reason', 'Ended by', 'Clean', 'Meaning'], rows)}
`;
}
