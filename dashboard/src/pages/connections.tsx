export function Connections() {
  return <h2>connections</h2>;
}
