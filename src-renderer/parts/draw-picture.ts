interface Size {
  width: number;
  height: number;
}

/**
 * Decodes a JPEG off the page's thread, no larger than it takes to fill a space: the decoder itself halves and quarters (by eighths),
 * and what it reduces comes ready to be drawn, where a whole frame would be converted on the page's thread.
 * @param space in device pixels
 * @returns a frame, which whoever takes it closes
 * @throws where it is no whole JPEG
 */
export async function decodePicture(bytes: Uint8Array<ArrayBuffer>, space: Size): Promise<VideoFrame> {
  const decoder = new ImageDecoder({ data: bytes, type: 'image/jpeg', ...desired(bytes, space) });
  try {
    return (await decoder.decode()).image;
  } finally {
    decoder.close();
  }
}

function desired(bytes: Uint8Array, space: Size): { desiredWidth?: number; desiredHeight?: number } {
  const whole = jpegSize(bytes);
  if (whole === null) return {};
  const eighths = Math.ceil(8 * fillingScale(whole, space));
  if (eighths >= 8) return {};
  return {
    desiredWidth: Math.ceil((whole.width * eighths) / 8),
    desiredHeight: Math.ceil((whole.height * eighths) / 8),
  };
}

/** Width and height from a JPEG's frame header; null where there is none. */
export function jpegSize(bytes: Uint8Array): Size | null {
  const word = (at: number): number => bytes[at]! * 256 + bytes[at + 1]!;
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; at += 2 + word(at + 2)) {
    const marker = bytes[at + 1]!;
    // Of the sixteen, three are tables and an extension.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { width: word(at + 7), height: word(at + 5) };
  }
  return null;
}

function fillingScale(picture: Size, space: Size): number {
  return Math.max(space.width / picture.width, space.height / picture.height);
}

/** The part of a picture that fills a space without being stretched: its middle. */
export function middleOf(picture: Size, space: Size): Size & { x: number; y: number } {
  const scale = fillingScale(picture, space);
  const [width, height] = [space.width / scale, space.height / scale];
  return { x: (picture.width - width) / 2, y: (picture.height - height) / 2, width, height };
}
