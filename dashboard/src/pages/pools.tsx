export function Pools() {
  return <h2>pools</h2>;
}
