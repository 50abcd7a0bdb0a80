import { TestRunner } from 'vitest';

type Cleanup = () => void | Promise<void>;

const ofTest: Cleanup[] = [];
const ofFile: Cleanup[] = [];

/**
 * Runs `cleanup` when the test that is running ends, whether it passed or not; called from a `beforeAll`, when the
 * file ends. The last one registered runs first, and one that throws does not keep the others from running.
 */
export function later(cleanup: Cleanup): void {
  const stack = TestRunner.getCurrentTest() === undefined ? ofFile : ofTest;
  stack.push(cleanup);
}

/** Runs what was registered in the test that ends. */
export const cleanUpTest = (): Promise<void> => unwind(ofTest);

/** Runs what was registered in a `beforeAll` of the file that ends. */
export const cleanUpFile = (): Promise<void> => unwind(ofFile);

async function unwind(stack: Cleanup[]): Promise<void> {
  const errors: unknown[] = [];
  for (let cleanup = stack.pop(); cleanup !== undefined; cleanup = stack.pop()) {
    try {
      await cleanup();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'cleaning up after a test failed');
}
