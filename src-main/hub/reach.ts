import { GranaryError } from '../../shared/errors.ts';
import { askHub } from './request.ts';
import { hubSettings } from './settings.ts';

/** Whether the model hub answers: `unreachable` and `misconfigured` come with a reason. */
export interface HubReach {
  endpoint: string;
  state: 'reached' | 'offline' | 'unreachable' | 'misconfigured';
  reason: string | null;
}

const PATIENCE_MS = 3000;

/** Asks the hub for its front page, for three seconds at most. Never throws. */
export async function reachHub(): Promise<HubReach> {
  let endpoint = process.env['HF_ENDPOINT'] ?? '';
  try {
    const settings = hubSettings();
    endpoint = settings.endpoint.href.replace(/\/$/, '');
    if (settings.offline) return { endpoint, state: 'offline', reason: 'HF_HUB_OFFLINE is set' };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await askHub(
      { ...settings, answerMs: PATIENCE_MS },
      {
        ...{ method: 'HEAD', url: settings.endpoint, signal },
        enough: () => true,
      },
    );
    await answer.body.dump().catch(() => undefined);
    return { endpoint, state: 'reached', reason: null };
  } catch (error) {
    const wrong = error instanceof GranaryError && error.code === 'CONFIG_INVALID';
    const late = error instanceof GranaryError && error.code === 'CANCELLED';
    const reason = late ? `it does not answer within ${PATIENCE_MS / 1000} s` : (error as Error).message;
    return { endpoint, state: wrong ? 'misconfigured' : 'unreachable', reason };
  }
}
