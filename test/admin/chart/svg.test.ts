import { describe, expect, it } from 'vitest';
import { CHART_NAMES, CHARTS } from '../../../src/admin/chart/charts.ts';
import { chartEdges, children, descendants } from '../../../src/admin/chart/edges.ts';
import { type Label, textHeight, textWidth } from '../../../src/admin/chart/geometry.ts';
import { layOut } from '../../../src/admin/chart/layout.ts';
import { chartSvg } from '../../../src/admin/chart/svg.ts';
import { STATES } from '../../../src/core/state.ts';

interface Area {
  readonly what: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function areaOf(label: Label): Area {
  const left = label.anchor === 'start' ? label.x : label.x - textWidth(label.lines);
  const [right, bottom] = [left + textWidth(label.lines), label.top + textHeight(label.lines)];
  return { what: label.lines.join(), left, top: label.top, right, bottom };
}

function overlaps(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

describe.each(CHART_NAMES)('the picture of %s', (name) => {
  const machine = CHARTS[name];
  const picture = layOut(machine);
  const boxes = picture.boxes.map((box): Area => {
    const { name: what, left, top, width, height } = box;
    return { what, left, top, right: left + width, bottom: top + height };
  });
  const labels = picture.labels.map(areaOf);

  it('has a box for every state without states and a frame for every other', () => {
    const [inner, leaves] = [true, false].map((nested) =>
      descendants(machine.root).filter((node) => children(node).length > 0 === nested),
    );
    expect(picture.boxes.map((box) => box.name)).toEqual(leaves?.map((node) => node.key));
    expect(picture.frames.map((frame) => frame.name)).toEqual(inner?.map((node) => node.key));
  });

  it('keeps boxes and labels apart', () => {
    const areas = [...boxes, ...labels];
    for (const [index, area] of areas.entries()) {
      const covered = areas.slice(index + 1).filter((other) => overlaps(area, other));
      expect(covered.map(({ what }) => `${area.what} covers ${what}`)).toEqual([]);
    }
  });

  it('keeps everything inside', () => {
    const { left, top, width, height } = picture;
    for (const area of [...boxes, ...labels]) {
      expect(area.left, area.what).toBeGreaterThanOrEqual(left);
      expect(area.top, area.what).toBeGreaterThanOrEqual(top);
      expect(area.right, area.what).toBeLessThanOrEqual(left + width);
      expect(area.bottom, area.what).toBeLessThanOrEqual(top + height);
    }
  });

  it('runs no arrow through the box of a state', () => {
    for (const { points } of picture.wires) {
      for (const [index, [x, y]] of points.slice(1).entries()) {
        const [fromX = 0, fromY = 0] = points[index] ?? [];
        const line = { left: Math.min(x, fromX), right: Math.max(x, fromX), what: '' };
        const area = { ...line, top: Math.min(y, fromY), bottom: Math.max(y, fromY) };
        const thin = { ...area, left: area.left - 0.1, right: area.right + 0.1 };
        const crossed = boxes.filter((box) => {
          const inside = {
            ...box,
            left: box.left + 1,
            right: box.right - 1,
            top: box.top + 1,
            bottom: box.bottom - 1,
          };
          return overlaps({ ...thin, top: thin.top - 0.1, bottom: thin.bottom + 0.1 }, inside);
        });
        expect(crossed.map(({ what }) => what)).toEqual([]);
      }
    }
  });

  it('names the event of every transition that leads from one state to another', () => {
    const written = picture.labels.flatMap(({ lines }) => lines);
    for (const edge of chartEdges(machine)) {
      if (edge.target === null || edge.event === '') continue;
      const delay = /^xstate\.after\.(\w+)\./.exec(edge.event)?.[1];
      const failing = /^xstate\.error\.actor\.(\w+)$/.exec(edge.event)?.[1];
      const event = failing === undefined ? edge.event : `${failing} failed`;
      const words = delay === undefined ? event : `after ${delay}`;
      expect(written.some((line) => line === words || line.startsWith(`${words} [`))).toBe(true);
    }
  });
});

describe('the SVG of the connection chart', () => {
  const svg = chartSvg(CHARTS.connection);

  it('has one group for each state that connections are counted by, and no other', () => {
    const marked = [...svg.matchAll(/data-state="([^"]+)"/g)].map(([, state]) => state);
    expect([...marked].sort()).toEqual([...STATES].sort());
  });

  it('says of each line of a label which states its event leaves: not those that have the same event themselves', () => {
    const told = new Map(
      [...svg.matchAll(/<text class="label" data-route="\d+" data-to="([^"]+)"[^>]*>(.*?)<\/text>/g)].flatMap(
        ([, to, spans = '']) =>
          [...spans.matchAll(/data-event="([^"]*)" data-from="([^"]*)"/g)].map(
            ([, event, from]) => [`${event} ${from?.split(' ')[0]} ${to}`, from] as const,
          ),
      ),
    );
    expect(told.get('client.fin streaming half-closed-client')).toBe('streaming');
    expect(told.get('kill accepting closed')).toBe('accepting sniffing routing dialing');
    expect(told.get('kill streaming draining')).toBe('streaming half-closed-client half-closed-backend');
    expect(told.get('kill draining closed')).toBe('draining');
  });

  it('gives each line with a label the number of that label', () => {
    const routes = (of: string) =>
      [...svg.matchAll(new RegExp(`class="${of}" data-route="(\\d+)"`, 'g'))].map(([, route]) => route);
    expect(routes('wire').length).toBeGreaterThan(10);
    expect(routes('wire')).toEqual(routes('label'));
  });

  it('carries its style, light and dark by the viewer', () => {
    expect(svg).toContain('<style>');
    expect(svg).toContain('prefers-color-scheme: dark');
  });

  it('is well-formed: every element that is opened is closed, and text is escaped', () => {
    const open: string[] = [];
    for (const [, closing, tag, closed] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
      if (closing === '/') expect(open.pop()).toBe(tag);
      else if (closed !== '/') open.push(tag ?? '');
    }
    expect(open).toEqual([]);
    expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/);
  });
});
