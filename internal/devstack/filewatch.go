package devstack

import (
	"os"
	"time"
)

// fileWatch notices that a program was built anew, so that its process does not
// go on with the old code.
type fileWatch struct {
	path          string
	first, latest stamp
}

type stamp struct {
	modified time.Time
	size     int64
}

// newFileWatch begins with the file as it was when its process began; of a
// process that is adopted, only that it is older than the file can be known.
func newFileWatch(path string, began time.Time) *fileWatch {
	now := stampOf(path)
	w := &fileWatch{path: path, first: now, latest: now}
	if now.modified.After(began) {
		w.first = stamp{}
	}
	return w
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}

// replaced is true when the file differs from the first look and has not
// changed since the look before this one: a build still being written waits.
func (w *fileWatch) replaced() bool {
	if w.path == "" {
		return false
	}
	before := w.latest
	w.latest = stampOf(w.path)
	return w.latest != stamp{} && w.latest == before && w.latest != w.first
}
