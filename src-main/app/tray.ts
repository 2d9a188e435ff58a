import { Menu, nativeImage, Tray } from 'electron';

interface TrayActions {
  show: () => void;
  quit: () => void;
}

/**
 * The sign in the status area while the window is away. It is there from the moment that the window goes until it comes back.
 * (Some Linux desktops have no status area: starting Granary again brings the window back in any case.)
 */
export class TraySign {
  readonly #icon: string;
  readonly #actions: TrayActions;
  #tray: Tray | null = null;
  #tooltip = 'Granary';

  /** @param icon path of a PNG */
  constructor(icon: string, actions: TrayActions) {
    this.#icon = icon;
    this.#actions = actions;
  }

  get shown(): boolean {
    return this.#tray !== null;
  }

  set tooltip(text: string) {
    this.#tooltip = text;
    this.#tray?.setToolTip(text);
  }

  show(): void {
    if (this.#tray !== null) return;
    const tray = new Tray(nativeImage.createFromPath(this.#icon));
    tray.setToolTip(this.#tooltip);
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Show Granary', click: this.#actions.show },
        { type: 'separator' },
        { label: 'Quit', click: this.#actions.quit },
      ]),
    );
    tray.on('click', this.#actions.show);
    this.#tray = tray;
  }

  hide(): void {
    this.#tray?.destroy();
    this.#tray = null;
  }
}
