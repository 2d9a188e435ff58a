// 24 × 24, drawn with a round stroke.
export const paths = {
  dataset: 'M4 7.5 12 4l8 3.5L12 11 4 7.5ZM4 12l8 3.5 8-3.5M4 16.5 12 20l8-3.5',
  ratings: 'm12 4 2.4 5.1 5.6.7-4.1 3.9 1 5.6-4.9-2.8-4.9 2.8 1-5.6L4 9.8l5.6-.7z',
  grid: 'M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM16.5 13.5v6M13.5 16.5h6',
  queue: 'M4 17.5 9 11l4 3.5 7-9M15.5 5.5H20V10',
  runs: 'M4 6.5h16M4 12h16M4 17.5h16M9 4v16',
  folder: 'M3.5 18.5v-12h6l2 2.5h9v9.5z',
  close: 'm6 6 12 12M18 6 6 18',
  back: 'M14.5 5 7.5 12l7 7',
  warning: 'M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17.2v.3',
  stop: 'M7 7h10v10H7z',
  plus: 'M12 5v14M5 12h14',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  search: 'M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.8 15.8 20 20',
  ensemble: 'M9 4.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM15 10.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Z',
  predict:
    'M4.5 8.5v-4h4M15.5 4.5h4v4M19.5 15.5v4h-4M8.5 19.5h-4v-4M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z',
  compare: 'M4 18.5c4 0 4-11 8-11s4 7 8 7M4 8.5c4 0 4 8 8 8s4-12 8-12',
  settings:
    'M4.5 7.5h8M17.5 7.5h2M4.5 16.5h2M11.5 16.5h8M15 5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM9 14a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z',
  keyboard: 'M3.5 6.5h17v11h-17zM7 10h.1M10.5 10h.1M14 10h.1M17 10h.1M8 14h8',
  more: 'M6 12h.1M12 12h.1M18 12h.1',
  drag: 'M9 6h.1M15 6h.1M9 12h.1M15 12h.1M9 18h.1M15 18h.1',
  play: 'M8 5.5v13l10-6.5z',
  pause: 'M8.5 6v12M15.5 6v12',
  undo: 'M8.5 5 4.5 9l4 4M4.5 9h9a5.5 5.5 0 0 1 0 11h-3',
  copy: 'M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9',
} as const;
export type IconName = keyof typeof paths;
