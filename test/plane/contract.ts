import { describe } from 'vitest';
import { dialingClaims } from './contract/dialing.ts';
import { endingClaims } from './contract/ending.ts';
import { listeningClaims } from './contract/listening.ts';
import { readingClaims } from './contract/reading.ts';
import { sharingClaims } from './contract/sharing.ts';
import { acceptedPair, type Claim, claimIn, dialedPair } from './contract/support.ts';
import { timerClaims } from './contract/timers.ts';
import type { MakeWorld } from './contract/world.ts';
import { writingClaims } from './contract/writing.ts';

/**
 * What every plane keeps true. Run over each of them; what is claimed of an endpoint is proved of one that was accepted
 * and of one that was dialed.
 */
export function planeContract(name: string, makeWorld: MakeWorld): void {
  const claim = claimIn(makeWorld);
  describe(`the ${name} plane`, () => {
    describe('listening', () => listeningClaims(claim));
    describe('sharing an address', () => sharingClaims(claim));
    describe('dialing', () => dialingClaims(claim));
    describe('timers', () => timerClaims(claim));
    endpointClaims(claim);
  });
}

/** The part of it that is about endpoints, for what is built upon a plane. */
export function endpointContract(name: string, makeWorld: MakeWorld): void {
  describe(`on the ${name} plane`, () => endpointClaims(claimIn(makeWorld)));
}

function endpointClaims(claim: Claim): void {
  for (const [side, make] of Object.entries({ accepted: acceptedPair, dialed: dialedPair })) {
    describe(`an endpoint that was ${side}`, () => {
      describe('reading', () => readingClaims(claim, make));
      describe('writing', () => writingClaims(claim, make));
      describe('ending', () => endingClaims(claim, make));
    });
  }
}
