// Empties dist/, so that a file removed from the source does not live on as a compiled one.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
