import { describe, expect, it } from 'vitest';
import { type Kind, kindsOf, type StageSchema } from '../../../dashboard/src/toxics/kinds.ts';
import { valuesOf } from '../../../dashboard/src/toxics/of-plan.ts';
import { defaultsOf, itemOf, type Values } from '../../../dashboard/src/toxics/values.ts';
import { readStageSchemas } from '../../../dashboard/vite-stage-schemas.ts';
import { parseStage } from '../../../src/config/index.ts';
import { STAGE_KINDS } from '../../../src/core/stage-plan.ts';

const KINDS = kindsOf(readStageSchemas() as Record<string, StageSchema>);
const PLACE = { owner: 'edge', terminatesTls: false };

/** Of each type a value that is no default. */
const SOME = {
  duration: '250ms',
  rate: '96KiB/s',
  size: '3KiB',
  share: '0.25',
  percentage: '12.5%',
  whole: '7',
  flag: 'true',
  list: '10.0.0.0/8, ::1',
  text: 'x-{connection}-{direction}',
};

/** All that a kind can be told. Schedules have to fit into each other. */
function fullOf({ fields }: Kind): Values {
  const values = fields.map(({ path, type, choices }) => [
    path,
    type === 'choice' ? (choices.at(-1) ?? '') : SOME[type],
  ]);
  return { ...Object.fromEntries(values), ...SPECIAL };
}

const SPECIAL = { variation: '1KiB', from: '1s', for: '1m', every: '1h', expires: '12h', pause_max: '2s' };

function ofKind(kind: string): Kind {
  const found = KINDS.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

describe('the form of a stage', () => {
  it('has every kind that can be put at run time', () => {
    const expected = STAGE_KINDS.filter((kind) => kind !== 'mirror' && kind !== 'flight_recorder');
    expect(KINDS.map(({ kind }) => kind).sort()).toEqual([...expected].sort());
  });

  it.each(KINDS.map(({ kind }) => kind).filter((kind) => kind !== 'tee'))(
    'of a %s gives what the service reads, and shows again what stands',
    (name) => {
      const kind = ofKind(name);
      const full = fullOf(kind);
      const plan = parseStage(itemOf(kind, full), PLACE);
      const shown = valuesOf(JSON.parse(JSON.stringify(plan)));
      expect(shown).toEqual(Object.fromEntries(kind.fields.map(({ path }) => [path, full[path]])));
      expect(parseStage(itemOf(kind, shown ?? {}), PLACE)).toEqual(plan);
    },
  );

  it('leaves out what is at its default', () => {
    const kind = ofKind('latency');
    expect(itemOf(kind, { ...defaultsOf(kind), down: ' 50ms ' })).toEqual({ latency: { down: '50ms' } });
    expect(itemOf(ofKind('down'), defaultsOf(ofKind('down')))).toEqual({ down: {} });
  });

  it('sends a text that is no number as it is, for the service to say what would be right', () => {
    const kind = ofKind('stall');
    expect(itemOf(kind, { probability: 'often' })).toEqual({ stall: { probability: 'often' } });
  });

  it('counts schedules from the change, as they do at run time', () => {
    const expires = ofKind('latency').fields.find(({ path }) => path === 'expires');
    expect(expires?.about).toContain('counted from when it was put in or last changed');
  });

  it('cannot show what only another API can say', () => {
    const plan = parseStage({ timeout: {} }, PLACE);
    expect(valuesOf(plan)).not.toBeNull();
    expect(valuesOf({ ...plan, drops: true } as typeof plan)).toBeNull();
  });
});
