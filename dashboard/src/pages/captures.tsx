export function Captures() {
  return <h2>captures</h2>;
}
