import { faultOf, type Fault } from './fault.ts';

/** Something that a view does now and then: whether it goes on, and why it failed the last time. */
export class Attempt {
  busy = $state(false);
  fault = $state.raw<Fault | null>(null);

  async run(action: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.fault = null;
    try {
      await action();
    } catch (error) {
      this.fault = faultOf(error);
    } finally {
      this.busy = false;
    }
  }
}
