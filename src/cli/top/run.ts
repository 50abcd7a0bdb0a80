import { messageOf } from '../../core/error-fact.ts';
import { SluiceError } from '../../core/errors.ts';
import type { ReadFile } from '../admin-access.ts';
import type { Output } from '../output.ts';
import { AdminClient } from './client.ts';
import { pageOf } from './frame.ts';
import { COLUMNS_DEFAULT, ROWS_DEFAULT, SCREEN_COLUMNS_MAX } from './limits.ts';
import { type Palette, paint } from './line.ts';
import { type Model, startingModel } from './model.ts';
import { settingsOf, type TopOptions, type TopSettings } from './options.ts';
import { Session } from './session.ts';
import { EventTail } from './tail.ts';
import { type Asked, questionOf, refusal, STATUS, streamsOf, take, takeEvents } from './take.ts';
import { processTerminal } from './terminal.ts';
import { timed } from './time.ts';

/**
 * Shows a running service on the terminal until somebody quits; prints one frame where standard input or output is none, or
 * `once` asks for it. Resolves with the exit code. Rejects with TOP_FAILED where an option is wrong, or a single frame finds no
 * service.
 */
export async function top(options: TopOptions, output: Output, readFile: ReadFile): Promise<number> {
  const settings = settingsOf(options, process.env, readFile);
  const isTerminal =
    process.stdin.isTTY === true && process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';
  if (settings.once || !isTerminal) return printOnce(settings, output);
  const client = new AdminClient(settings);
  const palette: Palette = settings.color ? 'colours' : 'attributes';
  try {
    return await new Session(settings, client, processTerminal(), palette).run();
  } finally {
    client.close();
  }
}

/** Looks twice, since rates are between two looks. */
async function printOnce(settings: TopSettings, output: Output): Promise<number> {
  const isColoured = settings.color && process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';
  const columns = columnsOf(process.stdout.columns ?? Number(process.env['COLUMNS'] ?? Number.NaN));
  const client = new AdminClient(settings);
  try {
    const { where, everyMs, page } = settings;
    const first = await looked(client, startingModel(where, everyMs, page, ROWS_DEFAULT, columns));
    const model = await looked(client, await waited(client, first));
    const lines = pageOf(model).map((line) =>
      paint(line, columns, isColoured ? 'colours' : 'none').trimEnd(),
    );
    output.out(`${lines.join('\n')}\n`);
    return 0;
  } finally {
    client.close();
  }
}

/** The model with what the service says now. */
async function looked(client: AdminClient, model: Model): Promise<Model> {
  const seen = await answered(client, model, STATUS);
  const more = questionOf(seen);
  return more === null ? seen : answered(client, seen, more);
}

async function answered(client: AdminClient, model: Model, asked: Asked): Promise<Model> {
  const reply = await client.ask({ method: 'GET', path: asked.path }).catch((error: unknown) => {
    throw new SluiceError('TOP_FAILED', `${model.where}: ${messageOf(error)}`, { cause: error });
  });
  if (reply.status !== 200) throw new SluiceError('TOP_FAILED', refusal(reply.status, reply.json));
  const taken = take(timed(model, reply.date), asked, reply);
  if (taken.trouble !== null) throw new SluiceError('TOP_FAILED', taken.trouble.text);
  return taken;
}

/** The model after the time between two looks, with the events of that time where its view shows them. */
async function waited(client: AdminClient, model: Model): Promise<Model> {
  let at = model;
  const tail = new EventTail(client, {
    events: (told) => {
      at = takeEvents(at, told);
    },
    stream: (stream) => {
      at = { ...at, stream };
    },
  });
  const { all } = streamsOf(model);
  if (all !== null) tail.start(all);
  await new Promise((resolve) => setTimeout(resolve, model.everyMs));
  tail.stop();
  return at;
}

function columnsOf(told: number): number {
  return Number.isInteger(told) && told > 0 ? Math.min(told, SCREEN_COLUMNS_MAX) : COLUMNS_DEFAULT;
}
