import type { Desk } from '../state/desk.svelte.ts';

/** Goes to the queue, where the run that trains is on top; from there back to the view that one came from. */
export function jump({ shell, queue }: Pick<Desk, 'shell' | 'queue'>): void {
  if (shell.view !== 'queue') {
    shell.view = 'queue';
    return;
  }
  shell.view = shell.before ?? (queue.running === undefined ? 'grid' : 'runs');
}
