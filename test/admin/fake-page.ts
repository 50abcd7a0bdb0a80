import { Script } from 'node:vm';
import { PAGE_SCRIPT } from '../../src/admin/page/script.ts';
import type { ServiceStatus } from '../../src/core/status.ts';

/** An element as far as the page's script uses one. */
export class FakeElement {
  textContent: string | number = '';
  className = '';
  value = '';
  colSpan = 1;
  children: FakeElement[] = [];
  readonly style: Record<string, string> = {};
  readonly dataset: Record<string, string> = {};
  readonly classList = { toggle: (): void => {} };
  append(...elements: FakeElement[]): void {
    this.children.push(...elements);
  }
  replaceChildren(...elements: FakeElement[]): void {
    this.children = elements;
  }
  remove(): void {}
  addEventListener(): void {}
  get options(): FakeElement[] {
    return this.children;
  }
  get tBodies(): FakeElement[] {
    if (this.children.length === 0) this.append(new FakeElement());
    return this.children;
  }
  /** All text in it, from the front. */
  get text(): string {
    return [String(this.textContent), ...this.children.map(({ text }) => text)]
      .filter((part) => part !== '')
      .join(' ');
  }
}

/** Runs the page's script once over a status; gives the elements it has filled by id. */
export async function showPage(status: ServiceStatus): Promise<(id: string) => FakeElement> {
  const elements = new Map<string, FakeElement>();
  const byId = (id: string): FakeElement => {
    const element = elements.get(id) ?? new FakeElement();
    elements.set(id, element);
    return element;
  };
  byId('filter').append(new FakeElement());
  const document = {
    getElementById: byId,
    createElement: () => new FakeElement(),
    querySelectorAll: () => [],
    body: new FakeElement(),
  };
  const shown = new Promise<void>((resolve) => {
    const globals = {
      document,
      fetch: () => Promise.resolve({ ok: true, json: () => Promise.resolve(status) }),
      AbortSignal,
      performance,
      Date,
      setTimeout: () => resolve(),
    };
    new Script(PAGE_SCRIPT).runInNewContext(globals);
  });
  await shown;
  return byId;
}
