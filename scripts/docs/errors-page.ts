import { ERRORS } from '../../src/core/errors.ts';
import { asSentence, code, GENERATED, table } from './markdown.ts';

/** docs/errors.md */
export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([name, { exit, hint }]) => [
    code(name),
    String(exit),
    asSentence(hint),
  ]);
  return `${GENERATED}

# Errors

Every error that Sluice raises to its caller is a \`SluiceError\` with one of these codes. Match on \`code\`, not on the
message. On the command line the exit code tells the kind: 2 where what was asked for is wrong, 1 where it could not be
done.

${table(['Code', 'Exit code', 'What to do'], rows)}
`;
}
