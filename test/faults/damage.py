"""Damage done to files."""


def flip(path, offset, bit):
    with open(path, "r+b") as f:
        f.seek(offset)
        byte = f.read(1)
        f.seek(offset)
        f.write(bytes([byte[0] ^ bit]))


def append(path, data):
    with open(path, "ab") as f:
        f.write(data)
