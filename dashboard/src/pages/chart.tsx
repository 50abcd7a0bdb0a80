export function Chart() {
  return <h2>chart</h2>;
}
