"""Compresses a file in blocks, on all cores, that can be unpacked side by side. Usage: compress.py FILE PREFIX"""
import lzma, os, sys
from concurrent.futures import ProcessPoolExecutor

BLOCK = 112 << 20
FILTERS = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 128 << 20}]
source, prefix = sys.argv[1:3]


def compress(number):
    with open(source, "rb") as file:
        file.seek(number * BLOCK)
        data = file.read(BLOCK)
    with open(f"{prefix}.{number:03d}.xz", "wb") as file:
        file.write(lzma.compress(data, filters=FILTERS, check=lzma.CHECK_CRC64))


if __name__ == "__main__":
    with ProcessPoolExecutor() as pool:
        list(pool.map(compress, range(-(-os.path.getsize(source) // BLOCK))))
