import schemas from 'virtual:stage-schemas';
import { kindsOf } from './kinds.ts';

/** The kinds of stages of this version, that can be put in at run time. */
export const KINDS = kindsOf(schemas);
