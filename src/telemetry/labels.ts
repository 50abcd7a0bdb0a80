import type { LabelName } from './names.ts';

/** The labels of one series. */
export type Labels = Readonly<Partial<Record<LabelName, string>>>;

/** `labels` and one more; as they are where `label` is null. */
export function labelled(labels: Labels, label: LabelName | null, value: string): Labels {
  return label === null ? labels : { ...labels, [label]: value };
}
