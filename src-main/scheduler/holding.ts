import { existsSync } from 'node:fs';
import { GranaryError } from '../../shared/errors.ts';
import type { Queue, QueueCommand, QueueItem } from '../../shared/records/queue.ts';
import { WorkspaceLock, describeHolder, lockHolder } from './lock.ts';
import { answerCommands, emptyMailbox } from './mailbox.ts';
import { readQueue } from './queue-file.ts';
import { type QueueListener, type QueueOptions, RunQueue } from './run-queue.ts';
import { checkThere } from './workspace-there.ts';

export interface HoldingListener extends Omit<QueueListener, 'changed' | 'mayStart'> {
  changed: (items: QueueItem[]) => void;
  /** It took the workspace over from a holder that is gone, lost its lock, or the folder went or came back. */
  modeChanged: (mode: 'owner' | 'attached') => void;
  /** Another program asks this of the queue. */
  asked: (command: QueueCommand) => Promise<void>;
}

const POLL_MS = 1000;

/**
 * Who has a workspace: this process, which then has its queue and its lock, or another one, whose queue is shown as it changes until
 * that process is gone.
 */
export class Holding {
  readonly #workspace: string;
  readonly #options: QueueOptions & { command?: string };
  readonly #listener: HoldingListener;
  #owned: { lock: WorkspaceLock; queue: RunQueue } | null = null;
  /** The holder's queue as last read, while attached. */
  #seen: Queue | null = null;
  #poll: NodeJS.Timeout | null = null;
  #answering = false;
  /** Whether the folder was missing when it was last looked for. */
  #gone = false;

  /** @param options.command what others are told holds the workspace */
  constructor(workspace: string, options: QueueOptions & { command?: string }, listener: HoldingListener) {
    this.#workspace = workspace;
    this.#options = options;
    this.#listener = listener;
  }

  /**
   * Takes the workspace or, where another process has it and `attach` is set, follows that one.
   * @throws GranaryError WORKSPACE_LOCKED, WORKSPACE_INVALID
   */
  begin(attach: boolean): void {
    try {
      this.#own();
    } catch (error) {
      const locked = error instanceof GranaryError && error.code === 'WORKSPACE_LOCKED';
      if (!locked || !attach) throw error;
      this.#seen = readQueue(this.#workspace, 'leave');
    }
    this.#poll = setInterval(() => this.#follow(), POLL_MS);
    this.#poll.unref();
  }

  get mode(): 'owner' | 'attached' {
    return this.#owned === null ? 'attached' : 'owner';
  }

  /** True while its folder is not there: moved, deleted, or its disk was taken out. */
  get gone(): boolean {
    return !existsSync(this.#workspace);
  }

  /** Who has it in this process's place, in words; null when this process has it, or nobody. */
  get holder(): string | null {
    const holder = this.#owned === null ? lockHolder(this.#workspace) : null;
    return holder === null ? null : describeHolder(holder);
  }

  /** The queue as it stands, whoever has it. */
  get record(): Queue {
    return this.#owned?.queue.record ?? this.#seen ?? readQueue(this.#workspace, 'leave');
  }

  /** This process's queue; null while it is attached. */
  get own(): RunQueue | null {
    return this.#owned?.queue ?? null;
  }

  /** @throws GranaryError WORKSPACE_LOCKED when the workspace is not this process's; WORKSPACE_INVALID when its folder is gone */
  mine(): RunQueue {
    checkThere(this.#workspace);
    if (this.#owned?.lock.held === true) return this.#owned.queue;
    const holder = lockHolder(this.#workspace);
    throw new GranaryError(
      'WORKSPACE_LOCKED',
      `${holder === null ? 'Another process' : describeHolder(holder)} has the workspace ${this.#workspace} open.`,
      'Wait until it is done, close it, or use another workspace.',
    );
  }

  /** Stops what trains and lets others have the workspace. */
  async end(): Promise<void> {
    if (this.#poll !== null) clearInterval(this.#poll);
    await this.#owned?.queue.close();
    this.#owned?.lock.release();
    this.#owned = null;
  }

  /** Takes the lock and, with it, the queue. */
  #own(): void {
    const lock = WorkspaceLock.acquire(this.#workspace, this.#options.command ?? 'granary');
    try {
      const queue = new RunQueue(
        this.#workspace,
        {
          ...this.#listener,
          changed: () => this.#listener.changed(this.record.items),
          mayStart: () => lock.held || this.#lose(lock),
        },
        this.#options,
      );
      emptyMailbox(this.#workspace);
      this.#owned = { lock, queue };
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Does what other programs have asked of this queue. */
  #answer(): void {
    if (this.#answering) return;
    this.#answering = true;
    answerCommands(this.#workspace, (command) => this.#listener.asked(command))
      // A full disk: the sender hears nothing, and says so.
      .catch(() => undefined)
      .finally(() => {
        this.#answering = false;
      });
  }

  /** Someone deleted the lock file, or took it over while this machine slept: two schedulers must not share a card. */
  #lose(lock: WorkspaceLock): false {
    lock.release();
    this.#owned = null;
    this.#seen = null;
    this.#listener.modeChanged('attached');
    return false;
  }

  /** Attached: shows the holder's queue as it changes, and takes over when the holder is gone. A folder that went is waited for. */
  #follow(): void {
    const { gone } = this;
    if (gone !== this.#gone) {
      this.#gone = gone;
      this.#listener.modeChanged(this.mode);
    }
    if (gone) return;
    if (this.#owned !== null) return this.#answer();
    if (lockHolder(this.#workspace) === null) {
      try {
        this.#own();
        this.#listener.modeChanged('owner');
        this.#listener.changed(this.record.items);
        return;
      } catch {
        // Someone else was quicker, or the folder is away for the moment: stay attached.
      }
    }
    let queue: Queue;
    try {
      queue = readQueue(this.#workspace, 'leave');
    } catch {
      // A newer version has taken over and writes what is not known here: what was seen last stays.
      return;
    }
    const same = JSON.stringify(queue.items) === JSON.stringify(this.#seen?.items);
    this.#seen = queue;
    if (!same) this.#listener.changed(queue.items);
  }
}
