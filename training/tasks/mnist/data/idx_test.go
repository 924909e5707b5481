package data_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"testing"

	"sweep/training/tasks/mnist/data"
	"sweep/training/tasks/mnist/lookalike"
)

// idx spells an IDX file: magic, dimensions, bytes.
func idx(magic uint32, dims []uint32, payload []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, magic)
	for _, d := range dims {
		out = binary.BigEndian.AppendUint32(out, d)
	}
	return append(out, payload...)
}

func images(n int) []byte {
	return idx(0x803, []uint32{uint32(n), 28, 28}, make([]byte, n*data.Pixels))
}
func labels(values ...byte) []byte {
	return idx(0x801, []uint32{uint32(len(values))}, values)
}

func TestSoundFilesAreReadCompressedOrNot(t *testing.T) {
	for _, file := range lookalike.Files(20, 10, 3) {
		isImages := file[3] == 3
		for _, form := range [][]byte{file, lookalike.Gzip(file)} {
			got, err := data.Decode(form, isImages)
			if err != nil || !bytes.Equal(got, file) {
				t.Errorf("%d bytes: %v", len(form), err)
			}
		}
	}
}

func TestFilesThatAreNotWhatTheyShouldBeAreRefused(t *testing.T) {
	squeezed := lookalike.Gzip(images(3))
	flipped := slices.Clone(squeezed)
	flipped[len(flipped)-6] ^= 1 // the checksum
	for name, c := range map[string]struct {
		file   []byte
		images bool
		want   string
	}{
		"empty":                  {nil, true, "is cut off or damaged (unexpected EOF)"},
		"a word":                 {[]byte("hello, world"), true, "is not an IDX file (it begins with 68656c6c)"},
		"a gzip of a word":       {lookalike.Gzip([]byte("hello, world")), true, "is not an IDX file (it begins with 68656c6c)"},
		"half a gzip header":     {[]byte{0x1f, 0x8b, 8}, true, "is cut off or damaged (unexpected EOF)"},
		"labels for images":      {labels(1, 2), true, "holds labels, expected images"},
		"images for labels":      {images(1), false, "holds images, expected labels"},
		"half a header":          {images(1)[:11], true, "is cut off or damaged (unexpected EOF)"},
		"no images":              {images(0), true, "promises 0 images or labels, expected 1 to 140000"},
		"too many images":        {idx(0x803, []uint32{140001, 28, 28}, nil), true, "promises 140001 images or labels, expected 1 to 140000"},
		"images of another size": {idx(0x803, []uint32{1, 32, 32}, make([]byte, 1024)), true, "holds images of 32×32 pixels, expected 28×28"},
		"truncated":              {images(3)[:2000], true, "is cut off: its header promises 2368 bytes and it has room for 2000"},
		"truncated gzip":         {squeezed[:len(squeezed)-12], true, "is cut off or damaged (unexpected EOF)"},
		"a promise too large":    {lookalike.Gzip(idx(0x803, []uint32{140000, 28, 28}, nil)), true, "is cut off: its header promises 109760016 bytes"},
		"more than promised":     {append(images(1), 0), true, "goes on after the end that its header promises"},
		"more inside the gzip":   {lookalike.Gzip(append(labels(1), 0)), false, "goes on after the end that its header promises"},
		"rubbish after the gzip": {append(slices.Clone(squeezed), 1, 2, 3), true, "is cut off or damaged"},
		"a wrong checksum":       {flipped, true, "is cut off or damaged"},
		"a label beyond 9":       {labels(1, 9, 10), false, "is damaged: label 2 is 10, expected 0 to 9"},
		"oversized":              {make([]byte, data.MaxFile+1), true, "is 134217729 bytes long, at most 134217728 are read"},
	} {
		got, err := data.Decode(c.file, c.images)
		if got != nil && err == nil || err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
}

// A bomb is a small file that promises or unpacks to much: what is taken is
// bounded by what its header promises and its size can hold.
func TestABombTakesLittleMemory(t *testing.T) {
	for name, bomb := range map[string][]byte{
		"promises 110 MB in a few bytes": lookalike.Gzip(idx(0x803, []uint32{140000, 28, 28}, nil)),
		"unpacks to 64 MB":               lookalike.Gzip(append(labels(1), make([]byte, 64<<20)...)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := data.Decode(bomb, bomb[3] == 3)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 1<<20 {
			t.Errorf("%s: took %d bytes, %v", name, took, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, file := range lookalike.Files(3, 2, 1) {
		f.Add(file, file[3] == 3)
		f.Add(lookalike.Gzip(file), file[3] == 3)
		f.Add(file[:len(file)/2], file[3] == 3)
	}
	f.Fuzz(func(t *testing.T, file []byte, isImages bool) {
		got, err := data.Decode(file, isImages)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is not one line", err)
			}
			return
		}
		again, err := data.Decode(lookalike.Gzip(got), isImages)
		if err != nil || !bytes.Equal(again, got) {
			t.Errorf("what was read once is refused: %v", err)
		}
		if payload := data.Payload(got, isImages); isImages && len(payload)%data.Pixels != 0 || len(payload) == 0 {
			t.Errorf("%d bytes of payload", len(payload))
		}
	})
}
