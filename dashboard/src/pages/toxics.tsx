export function Toxics() {
  return <h2>toxics</h2>;
}
