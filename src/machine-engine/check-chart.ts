import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { compileAction } from './compile-action.ts';
import { compileGuard } from './compile-guard.ts';
import { statesBelow } from './state-tree.ts';
import { UnsupportedChart } from './unsupported-chart.ts';

const STATE_KEYS = [
  'id',
  'type',
  'initial',
  'states',
  'on',
  'onDone',
  'entry',
  'exit',
  'output',
  'tags',
  'meta',
  'description',
];
const MACHINE_KEYS = [...STATE_KEYS, 'context', 'version', 'types', 'schemas'];
const TRANSITION_KEYS = ['target', 'actions', 'guard', 'reenter', 'meta', 'description'];
const INITIAL_KEYS = ['target', 'actions', 'meta', 'description'];

/** Throws UnsupportedChart at the first thing in the shape of a chart that is not known, reachable or not. */
export function checkChart(machine: AnyStateMachine): void {
  const seen = new Set<string>();
  for (const state of statesBelow(machine.root)) {
    const refuse = (feature: string) => {
      throw new UnsupportedChart(machine.id, state.id, feature);
    };
    checkKind(state, refuse);
    checkKeys(state.config, state === machine.root ? MACHINE_KEYS : STATE_KEYS, '', refuse);
    if (typeof state.config.initial === 'object')
      checkKeys(state.config.initial, INITIAL_KEYS, ' in `initial`', refuse);
    if (seen.has(state.id)) refuse(`two states with the id "${state.id}"`);
    seen.add(state.id);
    for (const action of [...state.entry, ...state.exit, ...state.initial.actions])
      compileAction(state, action);
    for (const transitions of state.transitions.values()) {
      for (const transition of transitions) checkTransition(state, transition, refuse);
    }
  }
}

function checkTransition(
  state: AnyStateNode,
  transition: AnyTransitionDefinition,
  refuse: (feature: string) => void,
): void {
  const { toJSON: _toJSON, source: _source, eventType, ...config } = transition;
  checkKeys(config, TRANSITION_KEYS, ` in a transition on "${eventType}"`, refuse);
  if ((transition.target?.length ?? 0) > 1) refuse(`several targets in a transition on "${eventType}"`);
  for (const action of transition.actions) compileAction(state, action);
  if (transition.guard) compileGuard(state, transition.guard);
}

function checkKind(state: AnyStateNode, refuse: (feature: string) => void): void {
  const children = Object.keys(state.states).length;
  if (state.type === 'parallel') refuse('parallel states');
  if (state.type === 'history') refuse('history states');
  if (state.type === 'compound') {
    if (children === 0) refuse('a compound state without states');
  } else if (state.parent === undefined) refuse('a machine without states');
  else if (children > 0) refuse(`states in a state of type "${state.type}"`);
  else if (state.config.initial !== undefined) refuse('`initial` in a state without states');
}

function checkKeys(
  config: object,
  known: readonly string[],
  where: string,
  refuse: (feature: string) => void,
): void {
  for (const [key, value] of Object.entries(config)) {
    if (value !== undefined && !known.includes(key)) refuse(`\`${key}\`${where}`);
  }
}
