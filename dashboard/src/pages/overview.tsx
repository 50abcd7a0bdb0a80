export function Overview() {
  return <h2>overview</h2>;
}
