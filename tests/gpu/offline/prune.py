"""Zeroes, in a CUDA library, every kernel that is not machine code for one compute capability. Usage: prune.py LIBRARY 90

A .nv_fatbin section is a row of fat binaries: a header (magic, version, header size, size), then entries, each with its own header
(kind 1: PTX, 2: machine code; header size at 4, payload size at 8, capability at 28) and payload. The driver picks an entry by its header, so a payload that
it would not pick may as well be zeros, which compress to nothing. PTX is kept where there is no machine code for the card.
"""
import re, struct, subprocess, sys

MAGIC, PTX, CODE = 0xBA55ED50, 1, 2
path, wanted = sys.argv[1], int(sys.argv[2])


def sections():
    listing = subprocess.run(["readelf", "-SW", path], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        found = re.match(r"\s*\[\s*\d+\]\s+(\S+)\s+\S+\s+[0-9a-f]+\s+([0-9a-f]+)\s+([0-9a-f]+)", line)
        if found and found[1].startswith(".nv_fatbin"):
            yield int(found[2], 16), int(found[3], 16)


def entries(data, start, end):
    """Kind, capability, offset and size of the payload of each."""
    while start < end:
        kind, _, header = struct.unpack_from("<HHI", data, start)
        (size,) = struct.unpack_from("<Q", data, start + 8)
        (capability,) = struct.unpack_from("<I", data, start + 28)
        if kind not in (PTX, CODE) or not 32 <= header <= 512:
            raise SystemExit(f"An entry at {start:#x} of a fat binary is of an unknown form.")
        yield kind, capability, start + header, size
        start += header + size


with open(path, "r+b") as file:
    for offset, length in sections():
        file.seek(offset)
        data, at, kept = bytearray(file.read(length)), 0, 0
        while at < length - 16:
            magic, _, header, size = struct.unpack_from("<IHHQ", data, at)
            if magic != MAGIC:
                at += 8
                continue
            end = at + header + size
            all_entries = list(entries(data, at + header, end))
            has_code = any(kind == CODE and capability == wanted for kind, capability, _, _ in all_entries)
            for kind, capability, place, bytes_ in all_entries:
                if capability == wanted and (kind == CODE or not has_code):
                    kept += bytes_
                else:
                    data[place : place + bytes_] = bytes(bytes_)
            at = (end + 7) & ~7
        file.seek(offset)
        file.write(data)
        print(f"{path}: {kept >> 20} of {length >> 20} MiB of kernels kept")
