import { describe, expect, it } from 'vitest';
import { pictureUrl } from '../../../shared/picture-address.ts';
import { parsePictureUrl } from '../../../src-main/pictures/picture-url.ts';

const source = 'a'.repeat(64);

describe('addresses of pictures', () => {
  it.each(['cat/1.jpg', '../../etc/passwd', 'ä&b=c?d#e%2f.png', '=1+1.jpg', '<img src=x>.jpg', ' '])(
    'carry any id unharmed: %s',
    (id) => expect(parsePictureUrl(pictureUrl({ source, id, size: 256 }))).toEqual({ source, id, size: 256 }),
  );

  it.each([
    `granary://app/${source}/256?id=a`,
    `https://picture/${source}/256?id=a`,
    `granary://picture/${source}/257?id=a`,
    `granary://picture/${source}/256/more?id=a`,
    `granary://picture/${source}/256`,
    `granary://picture/${source}/256?id=`,
    `granary://picture/../256?id=a`,
    `granary://picture/%2e%2e/256?id=a`,
    `granary://picture/UPPER/256?id=a`,
    `granary://picture/${source}/256?id=${'a'.repeat(5000)}`,
    'nonsense',
    '',
  ])('are refused in any other form: %s', (text) => expect(parsePictureUrl(text)).toBeNull());
});
