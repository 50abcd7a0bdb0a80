export { createNetPlane } from './net-plane.ts';
