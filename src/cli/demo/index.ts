export { demoConfig, PREFERRED_PORTS } from './config.ts';
export { runDemo } from './run.ts';
