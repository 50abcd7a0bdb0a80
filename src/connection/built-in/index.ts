export { builtInBackend } from './built-in-backend.ts';
