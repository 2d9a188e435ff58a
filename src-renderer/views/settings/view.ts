import type { ViewEntry } from '../../state/view-entry.ts';

export const settingsView: ViewEntry = {
  id: 'settings',
  title: 'Settings',
  icon: 'settings',
  digit: '9',
  load: () => import('./SettingsView.svelte'),
};
