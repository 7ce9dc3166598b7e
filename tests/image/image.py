# SPDX-License-Identifier: GPL-2.0-only
"""Images for tests: structs are read from cpt_image.h, so that they follow the format.

    img = Image()
    img.add("UTS", 1, {"nodename": b"ve"})
    img.add("PAGES", 1, {...}, content, payload)
    data = img.finish()
"""
import os
import re
import struct

HEADER = os.path.join(os.path.dirname(__file__), "../../include/uapi/linux/cpt_image.h")
PAGE = 4096

_table = []
for _i in range(256):
    _c = _i
    for _ in range(8):
        _c = _c >> 1 ^ 0x82F63B78 if _c & 1 else _c >> 1
    _table.append(_c)


def crc32c(data, crc=0xFFFFFFFF):
    for byte in data:
        crc = _table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc


def crc(*parts):
    """Checksum as the image has it, of the parts one behind the other."""
    c = 0xFFFFFFFF
    for part in parts:
        c = crc32c(part, c)
    return c ^ 0xFFFFFFFF


def xxh64(data):
    """XXH64 with seed 0, as its specification says."""
    p1, p2, p3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
    p4, p5, mask = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5, (1 << 64) - 1

    def rol(x, n):
        return (x << n | x >> (64 - n)) & mask

    def step(acc, lane):
        return rol((acc + lane * p2) & mask, 31) * p1 & mask

    at, n = 0, len(data)
    if n >= 32:
        acc = [(p1 + p2) & mask, p2, 0, -p1 & mask]
        while at + 32 <= n:
            acc = [step(a, x) for a, x in zip(acc, struct.unpack_from("<4Q", data, at))]
            at += 32
        h = sum(rol(a, r) for a, r in zip(acc, (1, 7, 12, 18))) & mask
        for a in acc:
            h = ((h ^ step(0, a)) * p1 + p4) & mask
    else:
        h = p5
    h = (h + n) & mask
    while at + 8 <= n:
        h = (rol(h ^ step(0, struct.unpack_from("<Q", data, at)[0]), 27) * p1 + p4) & mask
        at += 8
    if at + 4 <= n:
        h = (rol(h ^ struct.unpack_from("<I", data, at)[0] * p1 & mask, 23) * p2 + p3) & mask
        at += 4
    for byte in data[at:]:
        h = rol(h ^ byte * p5 & mask, 11) * p1 & mask
    h = (h ^ h >> 33) * p2 & mask
    h = (h ^ h >> 29) * p3 & mask
    return h ^ h >> 32


def _parse():
    text = open(HEADER).read()
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    numbers = {k: int(v, 0) for k, v in re.findall(r"#define (CPT_\w+)\s+(\d+)\s*$", code, re.M)}
    types = {k: int(v) for k, v in re.findall(r"\bCPT_OBJ_(\w+)\s*=\s*(\d+)", code)}
    structs = {}
    for name, body in re.findall(r"struct (\w+) \{(.*?)\n\};", code, re.S):
        fields = []
        for kind, names in re.findall(r"(__[us]\d+|struct \w+)\s+([^;]+);", body):
            for field in names.split(","):
                m = re.match(r"\s*(\w+)(?:\[(\w+)\])?", field)
                count = m.group(2)
                if count is not None:
                    count = int(count) if count.isdigit() else numbers[count]
                fields.append((m.group(1), kind, count))
        structs[name] = fields
    return types, structs


TYPES, STRUCTS = _parse()
_CODES = {"__u8": "B", "__u16": "H", "__u32": "I", "__s32": "i", "__u64": "Q", "__s64": "q"}


def pack(name, values=None):
    """A struct as bytes; members that are not named are 0."""
    values = dict(values or {})
    out = b""
    for field, kind, count in STRUCTS[name]:
        value = values.pop(field, None)
        if kind.startswith("struct "):
            items = value if count else [value]
            items = list(items or []) + [None] * ((count or 1) - len(items or []))
            out += b"".join(pack(kind[7:], item) for item in items)
        elif kind == "__u8" and count:
            out += (value or b"").ljust(count, b"\0")
        elif count:
            out += struct.pack("<%d%s" % (count, _CODES[kind]),
                               *(list(value or []) + [0] * (count - len(value or []))))
        else:
            out += struct.pack("<" + _CODES[kind], value or 0)
    if values:
        raise KeyError("%s has no %s" % (name, ", ".join(values)))
    return out


HDR = struct.calcsize("<IIQIIQQQ")


def strings(*texts):
    return b"".join(t.encode() + b"\0" for t in texts)


class Image:
    def __init__(self, **header):
        values = {"magic": b"VZCPTIMG", "version": 1, "page_size": PAGE, "arch": 62, "veid": 101,
                  "xfeatures": 7, "release": b"test"}
        values.update(header)
        values["hdrlen"] = len(pack("cpt_image_header"))
        values["crc"] = crc(pack("cpt_image_header", values))
        self.data = bytearray(pack("cpt_image_header", values))
        self.starts = []        # of each record
        self.pages = 0

    def add(self, kind, id, values=None, content=b"", payload=b"", fixed=None, type=None,
            payload_sum=None):
        if fixed is None:
            fixed = pack("cpt_%s_image" % kind.lower(), values)
        type = TYPES[kind] if type is None else type
        self.starts.append(len(self.data))
        at = len(self.data) + HDR + len(fixed) + len(content)
        at += -at % 8
        pad = -at % PAGE if payload else 0
        head = [type, 0, id, len(fixed), pad, len(content), len(payload),
                payload_sum if payload_sum is not None else xxh64(payload) if payload else 0]
        head[1] = crc(struct.pack("<IIQIIQQQ", *head), fixed, content)
        self.data += struct.pack("<IIQIIQQQ", *head) + fixed + content
        self.data += bytes(-len(content) % 8 + pad) + payload + bytes(-len(payload) % 8)
        if kind == "PAGES":
            self.pages += len(payload) // PAGE

    def finish(self):
        self.add("END", 1, {"records": len(self.starts), "bytes": len(self.data),
                            "pages": self.pages})
        return bytes(self.data)


def records(data):
    """Where the records of a good image begin, and where it ends."""
    at = struct.unpack_from("<I", data, 12)[0]
    while True:
        yield at
        if at >= len(data):
            return
        head = struct.unpack_from("<IIQIIQQQ", data, at)
        at += HDR + head[3] + head[5] + -head[5] % 8 + head[4] + head[6] + -head[6] % 8
