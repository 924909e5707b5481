package main

import "testing"

// Tests are built without Go's own stamp of version control.
func TestTheLinkersStampTellsTheCommit(t *testing.T) {
	t.Cleanup(func() { source = "" })
	for _, c := range []struct {
		source, commit string
		dirty          bool
	}{
		{"", "", false},
		{"4edf4330c1", "4edf4330c1", false},
		{"4edf4330c1-dirty", "4edf4330c1", true},
	} {
		source = c.source
		if v := version(); v.Commit != c.commit || v.Dirty != c.dirty {
			t.Errorf("%q: commit %q, dirty %t", c.source, v.Commit, v.Dirty)
		}
	}
}
