"""Reads a safetensors file with numpy alone and prints what it holds as JSON."""
import json
import sys

import numpy

TYPES = {"F32": "<f4", "F64": "<f8"}

with open(sys.argv[1], "rb") as f:
    size = int.from_bytes(f.read(8), "little")
    header = json.loads(f.read(size))
    body = f.read()

manifest = json.loads(header.pop("__metadata__")["manifest"])
tensors = {}
for name, entry in header.items():
    begin, end = entry["data_offsets"]
    array = numpy.frombuffer(body[begin:end], dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
    tensors[name] = {"shape": list(array.shape), "hex": array.tobytes().hex()}
json.dump({"step": manifest["step"], "tensors": tensors}, sys.stdout)
