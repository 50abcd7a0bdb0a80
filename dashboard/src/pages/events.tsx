export function Events() {
  return <h2>events</h2>;
}
