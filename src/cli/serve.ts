import { type Loaded, loadConfig } from '../config/index.ts';
import type { Plan } from '../core/plan.ts';
import { type Service, startService } from '../service.ts';
import { endOnDefect, HOST } from './host.ts';
import { type Output, tellWarnings } from './output.ts';
import { Reloader } from './reloading.ts';
import { STOP_SIGNALS, STOP_SIGNALS_WITHOUT_FILE, Stopper } from './stopping.ts';
import { watchFiles } from './watching.ts';

export interface ServeOptions {
  /** The file the plan was read from, which SIGHUP reads again. Absent: SIGHUP stops the service. */
  readonly file?: string;
  /** The files of certificates and keys that it names; a change of one makes it be read again. */
  readonly files?: readonly string[];
  /** The configuration that the plan was made of; absent or null: none. */
  readonly text?: string | null;
  /** Called when the service is ready. What it returns is called when the service was stopped. */
  readonly ready?: (service: Service) => () => void | Promise<void>;
}

/** Runs a plan until a signal stops it. Rejects with a SluiceError where it cannot start. */
export async function serve(plan: Plan, output: Output, options: ServeOptions = {}): Promise<void> {
  const { file, files = [], text = null, ready = () => () => {} } = options;
  let service: Service | null = null;
  endOnDefect(() => service);
  const stopper = new Stopper(HOST, plan, file === undefined ? STOP_SIGNALS_WITHOUT_FILE : STOP_SIGNALS);
  const beginReloads =
    file === undefined ? withoutReloads : prepareReloads({ plan, files }, file, stopper, output);
  try {
    service = await startService(plan, { text });
    const endReloads = beginReloads(service);
    const end = ready(service);
    await stopper.until(service);
    endReloads();
    await end();
  } finally {
    stopper.close();
  }
}

function withoutReloads(): () => void {
  return () => {};
}

/** From now on SIGHUP ends the process no more. What is returned begins to obey it, and returns what ends the watch. */
function prepareReloads(
  { plan, files }: Pick<Loaded, 'plan' | 'files'>,
  file: string,
  stopper: Stopper,
  output: Output,
): (service: Service) => () => void {
  const reloader = new Reloader({
    host: HOST,
    plan,
    files,
    load: () => loadConfig(file),
    isStopping: () => stopper.stopping,
    warn: (warnings) => tellWarnings(warnings, output),
  });
  return (service) => {
    reloader.begin(service);
    const own = plan.reload === 'watch' ? [file] : [];
    return watchFiles(
      () => [...own, ...reloader.files],
      HOST,
      () => reloader.look(),
    );
  };
}
