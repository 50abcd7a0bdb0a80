/** Made by `dashboard/vite-stage-schemas.ts`. */
declare module 'virtual:stage-schemas' {
  const schemas: Readonly<Record<string, import('./toxics/kinds.ts').StageSchema>>;
  export default schemas;
}
