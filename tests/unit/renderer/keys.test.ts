import { describe, expect, it } from 'vitest';
import { accelerator, keyText, pressed, type KeyPress } from '../../../src-renderer/state/keys.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('keys', () => {
  it('Mod is Ctrl, and Cmd on a Mac', () => {
    expect(pressed('Mod+K', press('k', { ctrlKey: true }), false)).toBe(true);
    expect(pressed('Mod+K', press('k', { ctrlKey: true }), true)).toBe(false);
    expect(pressed('Mod+K', press('k', { metaKey: true }), true)).toBe(true);
  });

  it.each([
    ['Mod+E', press('E', { ctrlKey: true, shiftKey: true })],
    ['Mod+E', press('e', { ctrlKey: true, altKey: true })],
    ['Mod+E', press('e', { ctrlKey: true, metaKey: true })],
    ['E', press('e', { ctrlKey: true })],
    ['Alt+ArrowUp', press('ArrowUp')],
    ['Mod+1', press('2', { ctrlKey: true })],
  ])('%s is not another press', (keys, event) => expect(pressed(keys, event, false)).toBe(false));

  it('a sign is itself, with or without Shift; a plus can be written', () => {
    expect(pressed('?', press('?', { shiftKey: true }), false)).toBe(true);
    expect(pressed('?', press('?'), false)).toBe(true);
    expect(pressed('Mod++', press('+', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
  });

  it('reads as people write it', () => {
    expect(keyText('Mod+Shift+e', false)).toBe('Ctrl+Shift+E');
    expect(keyText('Mod+Shift+E', true)).toBe('⇧⌘E');
    expect(keyText('Alt+ArrowUp', false)).toBe('Alt+↑');
    expect(accelerator('Mod+Shift+ArrowUp')).toBe('CmdOrCtrl+Shift+Up');
  });
});
