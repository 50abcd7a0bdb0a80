export { AddressBook, isName, type Named, nameKey } from './book.ts';
export { createLookup, type LookupParts } from './lookup.ts';
export { type RaceHandler, race } from './race.ts';
