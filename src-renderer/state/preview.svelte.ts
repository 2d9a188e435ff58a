import { ask } from '../api/granary.ts';
import type { ChannelOutput } from '../../shared/ipc/channels.ts';
import { parseImageSize } from '../../shared/image-size.ts';
import type { DatasetSummary } from '../../shared/ipc/views.ts';
import { faultOf, type Fault } from './fault.ts';

/** Changes come in strokes of the keyboard; a worker is not started for each. */
const SETTLE_MS = 350;

/** One picture as runs would see it, under settings that the user plays with. */
export class PreviewState {
  sizes = $state('128');
  padMode = $state<'zeros' | 'border' | 'reflection'>('zeros');
  seed = $state(0);
  maxRotate = $state(10);
  maxLighting = $state(0.2);
  maxWarp = $state(0.2);
  minScale = $state(0.75);
  drawing = $state(false);
  drawn = $state.raw<ChannelOutput<'dataset:preview'> | null>(null);
  fault = $state.raw<Fault | null>(null);
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Draws once things have settled; an answer to an older question is dropped. */
  ask(summary: DatasetSummary, id: string): void {
    const { padMode, seed, maxRotate, maxLighting, maxWarp, minScale } = this;
    const text = this.sizes;
    const question = ++this.#question;
    clearTimeout(this.#timer);
    this.drawing = true;
    this.#timer = setTimeout(() => {
      void (async () => {
        try {
          const sizes = text
            .split(',')
            .filter((part) => part.trim() !== '')
            .map((part) => parseImageSize(part.trim()));
          const drawn = await ask('dataset:preview', {
            dataset: summary.path,
            options: summary.options,
            hash: summary.hash,
            id,
            settings: { sizes, padMode, seed, augment: { maxRotate, maxLighting, maxWarp, minScale } },
          });
          if (question !== this.#question) return;
          this.drawn = drawn;
          this.fault = null;
        } catch (error) {
          if (question === this.#question) this.fault = faultOf(error);
        } finally {
          if (question === this.#question) this.drawing = false;
        }
      })();
    }, SETTLE_MS);
  }
}
