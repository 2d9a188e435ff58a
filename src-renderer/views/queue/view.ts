import type { ViewEntry } from '../../state/view-entry.ts';

export const queueView: ViewEntry = {
  id: 'queue',
  title: 'Queue',
  icon: 'queue',
  digit: '3',
  load: () => import('./QueueView.svelte'),
  badge: ({ queue }) => (queue.pending > 0 ? String(queue.pending) : ''),
  commands: ({ queue, shell, undo }) => [
    {
      id: 'queue.pause',
      title: 'Pause the queue',
      group: 'Queue',
      enabled: () => queue.items.length > 0 && queue.paused === null && !shell.readOnly,
      run: () => queue.perform({ verb: 'pause' }),
    },
    {
      id: 'queue.go-on',
      title: 'Go on with the queue',
      group: 'Queue',
      words: 'resume unpause',
      enabled: () => queue.paused !== null && !shell.readOnly,
      run: () => queue.perform({ verb: 'resume' }),
    },
    {
      id: 'queue.resume',
      title: 'Train the interrupted runs',
      group: 'Queue',
      enabled: () => queue.interrupted > 0 && !shell.readOnly,
      run: () => queue.resumeInterrupted(),
    },
    {
      id: 'queue.cancel-waiting',
      title: 'Cancel the runs that wait',
      group: 'Queue',
      words: 'all empty remove clear',
      enabled: () => queue.inLine > 0 && !shell.readOnly,
      run: () => queue.cancelWaiting(undo),
    },
    {
      id: 'queue.stop-run',
      title: 'Stop the run that trains',
      group: 'Queue',
      enabled: () => queue.running !== undefined && !shell.readOnly,
      run: async () => {
        if (queue.running !== undefined) await queue.cancel(queue.running.runId);
      },
    },
  ],
};
