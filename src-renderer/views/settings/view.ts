import type { ViewEntry } from '../../state/view-entry.ts';

export const settingsView: ViewEntry = {
  id: 'settings',
  title: 'Settings',
  icon: 'settings',
  load: () => import('./SettingsView.svelte'),
};
