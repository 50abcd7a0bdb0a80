/** A chart uses something that the compiled engine does not run. Nothing was compiled; XState's interpreter may run it. */
export class UnsupportedChart extends Error {
  /** Id of the machine. */
  readonly machine: string;
  /** Id of the state that uses it; the machine's id where it is the root. */
  readonly state: string;
  /** What is used, and by what name. */
  readonly feature: string;

  constructor(machine: string, state: string, feature: string) {
    super(
      `machine "${machine}", state "${state}": the compiled engine does not support ${feature}; change the chart or run it by XState's interpreter`,
    );
    this.name = 'UnsupportedChart';
    this.machine = machine;
    this.state = state;
    this.feature = feature;
  }
}
