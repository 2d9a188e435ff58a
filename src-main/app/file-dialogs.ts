import { type BrowserWindow, dialog } from 'electron';
import type { Services } from '../ipc/services.ts';

/** The system's dialogs, over the window where there is one. Each gives a path, or null when the user changed their mind. */
export function fileDialogs(
  window: () => BrowserWindow | null,
): Pick<Services, 'chooseFolder' | 'chooseFile' | 'choosePictures' | 'chooseTarget'> {
  const openAll = async (options: Electron.OpenDialogOptions): Promise<string[]> => {
    const over = window();
    const asked = over === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(over, options);
    return (await asked).filePaths;
  };
  const open = async (options: Electron.OpenDialogOptions): Promise<string | null> =>
    (await openAll(options))[0] ?? null;
  return {
    chooseFolder: (title, buttonLabel) =>
      open({ title, buttonLabel, properties: ['openDirectory', 'createDirectory'] }),
    chooseFile: (title, buttonLabel, extensions) =>
      open({ title, buttonLabel, properties: ['openFile'], filters: [{ name: 'Files', extensions }] }),
    async choosePictures() {
      const extensions = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif'];
      const paths = await openAll({
        title: 'Pictures to predict',
        properties: ['openFile', 'multiSelections'],
        filters: [{ name: 'Pictures', extensions }],
      });
      return paths.length === 0 ? null : paths;
    },
    async chooseTarget(title, defaultPath, extensions) {
      const over = window();
      const options = { title, defaultPath, filters: [{ name: 'Files', extensions }] };
      const asked = over === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(over, options);
      // Some systems leave `filePath` empty rather than absent.
      return (await asked).filePath || null;
    },
  };
}
