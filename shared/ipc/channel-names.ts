/**
 * Every question the window may ask main, and every piece of news main sends. The preload script reads only these names, so
 * that it stays small; their schemas are in channels.ts.
 */
export const channelNames = [
  'app:state',
  'workspace:choose',
  'menu:views',
  'setup:state',
  'setup:start',
  'preferences:read',
  'preferences:write',
  'dataset:choose',
  'dataset:inspect',
  'dataset:stop',
  'dataset:draw-sample',
  'dataset:present',
  'dataset:pictures',
  'dataset:cross-table',
  'dataset:copies',
  'pictures:cancel',
  'grid:preview',
  'grid:save',
  'grid:load',
  'queue:add',
  'queue:list',
  'queue:perform',
  'queue:again',
  'queue:resume',
  'runs:list',
  'runs:rows',
  'runs:read',
  'runs:note',
  'runs:live',
  'runs:log',
  'runs:reveal',
  'compare:curves',
  'compare:confusions',
  'compare:disagreements',
  'ensemble:members',
  'ensemble:figures',
  'ensemble:preview',
  'ensemble:save',
  'ensemble:list',
] as const;
export type ChannelName = (typeof channelNames)[number];

export const newsNames = [
  'dataset:progress',
  'queue:changed',
  'queue:ended',
  'runs:changed',
  'run:event',
  'workspace:changed',
  'menu:command',
  'setup:changed',
  'preferences:changed',
] as const;
export type NewsName = (typeof newsNames)[number];
