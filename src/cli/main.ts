#!/usr/bin/env node
import { keepHangUps } from './hang-ups.ts';

keepHangUps();
// Loaded now and not above: until its code is there SIGHUP would end the process.
const { start } = await import('./start.ts');
await start();
