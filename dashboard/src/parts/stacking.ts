type Columns = readonly (readonly (number | null)[])[];

/** The columns behind the first, each with those before it added to it; a gap adds nothing and stays a gap. */
export function stacked(columns: Columns): (number | null)[][] {
  const [times = [], ...lines] = columns;
  const sums = times.map(() => 0);
  const raised = lines.map((line) =>
    line.map((value, index) => {
      if (value === null) return null;
      const sum = (sums[index] ?? 0) + value;
      sums[index] = sum;
      return sum;
    }),
  );
  return [[...times], ...raised];
}
