package report_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"sweep/report"
)

func TestPointsComeBackAsWritten(t *testing.T) {
	want := ring(1, 100, 8, 0.04)
	got, err := report.ReadPoints(npy(want))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%d points, %v", len(got), err)
	}
}

func TestNumpysLaterFormatIsRead(t *testing.T) {
	v1 := npy(ring(1, 3, 8, 0.04))
	v2 := append([]byte("\x93NUMPY\x02\x00"), v1[8], v1[9], 0, 0)
	if _, err := report.ReadPoints(append(v2, v1[10:]...)); err != nil {
		t.Error(err)
	}
}

func TestSamplesFilesThatAreRefused(t *testing.T) {
	good := npy(ring(1, 10, 8, 0.04))
	edit := func(old, new string) []byte { return bytes.Replace(good, []byte(old), []byte(new), 1) }
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":           {nil, "not a .npy file"},
		"another format":    {[]byte("PK\x03\x04 and so on"), "not a .npy file"},
		"float64":           {edit("<f4", "<f8"), "float32"},
		"big endian":        {edit("<f4", ">f4"), "float32"},
		"columns first":     {edit("False", "True "), "C order"},
		"three columns":     {edit(" 2)", " 3)"), "N×2"},
		"one axis":          {edit("(10, 2)", "(20,  )"), "N×2"},
		"fewer than stated": {good[:len(good)-1], "expected 80"},
		"more than stated":  {append(slices.Clone(good), 0), "expected 80"},
		"a huge shape":      {edit("(10, 2), }", "(999999999, 2), }"), "at most"},
		"a cut-off header":  {good[:40], "cut off"},
		"a later version":   {append([]byte("\x93NUMPY\x09\x00"), good[8:]...), "version 9"},
		"a huge header":     {append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), good...), "cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := report.ReadPoints(c.data)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzReadPoints(f *testing.F) {
	f.Add(npy(ring(1, 4, 8, 0.04)))
	f.Add([]byte("\x93NUMPY\x02\x00\x10\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		points, err := report.ReadPoints(data)
		if err == nil && 8*len(points) > len(data) {
			t.Errorf("%d points out of %d bytes", len(points), len(data))
		}
	})
}
