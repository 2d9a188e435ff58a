import { type BrowserWindow, Notification } from 'electron';
import type { QueueOutcome } from '../../shared/ipc/views.ts';

/** What a notice of a queue's end says. */
export function noticeOf({ state, finished, failed, others }: QueueOutcome): { title: string; body: string } {
  const runs = (count: number): string => `${count} ${count === 1 ? 'run' : 'runs'}`;
  const counts = [
    `${runs(finished)} finished`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(others > 0 ? [`${others} not trained to the end`] : []),
  ];
  return {
    title: state === 'failed' ? 'The queue has ended, with failures' : 'The queue has finished',
    body: `${counts.join(', ')}.`,
  };
}

/** Tells the system's notification centre that a queue has ended, unless its user looks at the window anyway. */
export function notify(outcome: QueueOutcome, window: () => BrowserWindow | null): void {
  if (!Notification.isSupported() || window()?.isFocused() === true) return;
  const notice = new Notification(noticeOf(outcome));
  notice.on('click', () => {
    window()?.show();
    window()?.focus();
  });
  notice.show();
}
