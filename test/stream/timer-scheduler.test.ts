import { concatMap, delay, interval, observeOn, of, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { TICK_MS } from '../../src/core/timer-wheel.ts';
import { TimerScheduler } from '../../src/stream/index.ts';
import { VirtualTimers } from './virtual-timers.ts';

function setUp() {
  const timers = new VirtualTimers();
  return { timers, scheduler: new TimerScheduler(timers), log: [] as string[] };
}

describe('the scheduler over a plane’s timers', () => {
  it('tells the time of the plane', () => {
    const { timers, scheduler } = setUp();
    timers.advanceTo(1230);
    expect(scheduler.now()).toBe(1230);
  });

  it('runs work once, not before its delay, with its state', () => {
    const { timers, scheduler, log } = setUp();
    scheduler.schedule((state?: string) => log.push(`${state} at ${scheduler.now()}`), 25, 'work');
    timers.advanceTo(20);
    expect(log).toEqual([]);
    timers.advanceTo(1000);
    expect(log).toEqual(['work at 30']);
    expect(timers.waiting).toBe(0);
  });

  it('never runs work inside schedule: no delay, 0 and a negative one wait for the next tick', () => {
    const { timers, scheduler, log } = setUp();
    scheduler.schedule(() => log.push('none'));
    scheduler.schedule(() => log.push('zero'), 0);
    scheduler.schedule(() => log.push('negative'), -5);
    expect(log).toEqual([]);
    timers.advanceTo(TICK_MS);
    expect(log).toEqual(['none', 'zero', 'negative']);
  });

  it('runs again what schedules itself again, with the new state and delay, until it does not', () => {
    const { timers, scheduler, log } = setUp();
    scheduler.schedule<number>(
      function (count = 0) {
        log.push(`${count} at ${scheduler.now()}`);
        if (count < 3) this.schedule(count + 1, 100);
      },
      10,
      1,
    );
    timers.advanceTo(1000);
    expect(log).toEqual(['1 at 10', '2 at 110', '3 at 210']);
    expect(timers.waiting).toBe(0);
  });

  it('runs again an action that is scheduled again after it ran', () => {
    const { timers, scheduler, log } = setUp();
    let again = () => {};
    scheduler.schedule<string>(
      function (state) {
        log.push(`${state} at ${scheduler.now()}`);
        again = () => this.schedule('again', 50);
      },
      10,
      'first',
    );
    timers.advanceTo(100);
    again();
    timers.advanceTo(200);
    expect(log).toEqual(['first at 10', 'again at 150']);
  });

  it('keeps only the last wait of an action that is scheduled twice', () => {
    const { timers, scheduler, log } = setUp();
    scheduler.schedule<string>(
      function (state) {
        log.push(`${state} at ${scheduler.now()}`);
        if (state !== 'start') return;
        this.schedule('first', 20);
        this.schedule('second', 40);
      },
      10,
      'start',
    );
    timers.advanceTo(500);
    expect(log).toEqual(['start at 10', 'second at 50']);
  });

  it('forgets what is unsubscribed, while it waits and from inside its work', () => {
    const { timers, scheduler, log } = setUp();
    scheduler.schedule(() => log.push('waiting'), 50).unsubscribe();
    scheduler.schedule(function () {
      log.push('inside');
      this.unsubscribe();
      this.schedule(undefined, 10);
    }, 10);
    expect(timers.waiting).toBe(1);
    timers.advanceTo(500);
    expect(log).toEqual(['inside']);
    expect(timers.waiting).toBe(0);
  });

  it('leaves what work throws to the plane, ends that action and goes on with the others', () => {
    const { timers, scheduler, log } = setUp();
    const defect = new Error('defect');
    const action = scheduler.schedule(function () {
      this.schedule(undefined, 10);
      throw defect;
    }, 10);
    scheduler.schedule(() => log.push('other'), 10);
    timers.advanceTo(500);
    expect(timers.errors).toEqual([defect]);
    expect(action.closed).toBe(true);
    expect(log).toEqual(['other']);
    expect(timers.waiting).toBe(0);
  });

  it('carries RxJS’s own operators', () => {
    const { timers, scheduler, log } = setUp();
    const note = (name: string) => (value: number) => log.push(`${name} ${value} at ${scheduler.now()}`);
    interval(30, scheduler).pipe(take(2)).subscribe(note('interval'));
    of(7).pipe(delay(45, scheduler)).subscribe(note('delay'));
    of(8).pipe(observeOn(scheduler)).subscribe(note('observeOn'));
    of(1, 2)
      .pipe(concatMap((value) => timer(100, scheduler).pipe(concatMap(() => of(value)))))
      .subscribe(note('timer'));
    const cancelled = interval(10, scheduler).subscribe(note('cancelled'));
    cancelled.unsubscribe();
    timers.advanceTo(1000);
    expect(log).toEqual([
      'observeOn 8 at 10',
      'interval 0 at 30',
      'delay 7 at 50',
      'interval 1 at 60',
      'timer 1 at 100',
      'timer 2 at 200',
    ]);
    expect(timers.waiting).toBe(0);
  });
});
