"""Loads a sample file of the ring with numpy and prints its share of points within 3 sigma of a mode."""
import json
import sys

import numpy

points = numpy.load(sys.argv[1])
angles = 2 * numpy.pi * numpy.arange(8) / 8 - numpy.pi / 2
centres = 2 * numpy.stack([numpy.cos(angles), numpy.sin(angles)], axis=1)
distances = numpy.linalg.norm(points[:, None, :].astype(numpy.float64) - centres[None], axis=2).min(axis=1)
json.dump({"shape": list(points.shape), "dtype": points.dtype.str, "high_quality": float((distances <= 0.12).mean())}, sys.stdout)
