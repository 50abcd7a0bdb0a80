let hasCome = false;

/** From now on SIGHUP does not end the process; one that comes is kept for whoever listens to it later. */
export function keepHangUps(): void {
  process.on('SIGHUP', () => {
    hasCome = true;
  });
}

/** Whether a SIGHUP has come since `keepHangUps`. */
export function hasHungUp(): boolean {
  return hasCome;
}
