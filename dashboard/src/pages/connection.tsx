export interface ConnectionProps {
  readonly id: string;
}

export function Connection({ id }: ConnectionProps) {
  return <h2>connection {id}</h2>;
}
