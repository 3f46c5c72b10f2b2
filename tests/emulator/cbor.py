"""CBOR as Smithy's RPC v2 uses it: encoding by a botocore shape, decoding to plain Python."""
import datetime
import json
import math
import struct


def encode(shape, value):
    """The CBOR bytes of a boto3-shaped `value` of the output `shape` (None: plain data)."""
    out = []
    _write(shape, value, out)
    return b"".join(out)


def decode(data):
    """Plain Python from CBOR bytes; timestamps become aware datetimes."""
    return _read(data, 0)[0] if data else {}


def _head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for code, limit, form in ((24, 1 << 8, ">BB"), (25, 1 << 16, ">BH"), (26, 1 << 32, ">BI")):
        if number < limit:
            return struct.pack(form, major << 5 | code, number)
    return struct.pack(">BQ", major << 5 | 27, number)


def _text(text):
    raw = text.encode()
    return _head(3, len(raw)) + raw


def _integer(number):
    return _head(0, number) if number >= 0 else _head(1, -1 - number)


def _write(shape, value, out):
    kind = shape.type_name if shape is not None else _kind_of(value)
    if value is None:
        out.append(b"\xf6")
    elif kind == "structure":
        _write_structure(shape, value, out)
    elif kind == "list":
        out.append(_head(4, len(value)))
        for item in value:
            _write(shape.member if shape is not None else None, item, out)
    elif kind == "map":
        out.append(_head(5, len(value)))
        for key, item in value.items():
            out.append(_text(str(key)))
            _write(shape.value if shape is not None else None, item, out)
    elif kind == "timestamp":
        out.append(b"\xc1\xfb" + struct.pack(">d", value.timestamp()))
    elif kind == "blob":
        out.append(_head(2, len(value)) + value)
    elif kind in ("integer", "long"):
        out.append(_integer(int(value)))
    elif kind in ("float", "double"):
        out.append(b"\xfb" + struct.pack(">d", float(value)))
    elif kind == "boolean":
        out.append(b"\xf5" if value else b"\xf4")
    else:
        out.append(_text(value if isinstance(value, str) else json.dumps(value)))


def _write_structure(shape, value, out):
    members = [(name, member) for name, member in shape.members.items() if value.get(name) is not None]
    out.append(_head(5, len(members)))
    for name, member in members:
        out.append(_text(member.serialization.get("name", name)))
        _write(member, value[name], out)


def _kind_of(value):
    kinds = ((bool, "boolean"), (int, "long"), (float, "double"), (bytes, "blob"), (dict, "map"),
             ((list, tuple), "list"), (datetime.datetime, "timestamp"))
    return next((kind for types, kind in kinds if isinstance(value, types)), "string")


def _length(data, at, code):
    if code < 24:
        return code, at
    forms = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}
    if code not in forms:
        return None, at  # indefinite length
    return struct.unpack_from(forms[code], data, at)[0], at + struct.calcsize(forms[code])


def _read(data, at):
    major, code = data[at] >> 5, data[at] & 31
    length, at = _length(data, at + 1, code)
    if major == 0:
        return length, at
    if major == 1:
        return -1 - length, at
    if major in (2, 3):
        raw, at = _read_string(data, at, length)
        return (raw.decode() if major == 3 else raw), at
    if major == 4:
        items = []
        at = _read_items(data, at, length, items.append)
        return items, at
    if major == 5:
        flat = []
        at = _read_items(data, at, None if length is None else 2 * length, flat.append)
        return dict(zip(flat[::2], flat[1::2])), at
    if major == 6:
        value, at = _read(data, at)
        return (datetime.datetime.fromtimestamp(value, datetime.timezone.utc) if length == 1 else value), at
    return _simple(code, length), at


def _read_string(data, at, length):
    if length is not None:
        return bytes(data[at:at + length]), at + length
    parts = []
    at = _read_items(data, at, None, parts.append)
    return b"".join(p.encode() if isinstance(p, str) else p for p in parts), at


def _read_items(data, at, count, add):
    while count != 0 and not (count is None and data[at] == 0xFF):
        item, at = _read(data, at)
        add(item)
        count = None if count is None else count - 1
    return at + (count is None)


def _simple(code, bits):
    if code in (20, 21):
        return code == 21
    if code == 25:
        return _half(bits)
    if code == 26:
        return struct.unpack(">f", struct.pack(">I", bits))[0]
    if code == 27:
        return struct.unpack(">d", struct.pack(">Q", bits))[0]
    return None


def _half(bits):
    sign = -1.0 if bits >> 15 else 1.0
    exponent, fraction = bits >> 10 & 31, bits & 1023
    if exponent == 31:
        return math.nan if fraction else sign * math.inf
    return sign * (math.ldexp(fraction, -24) if exponent == 0 else math.ldexp(fraction + 1024, exponent - 25))
