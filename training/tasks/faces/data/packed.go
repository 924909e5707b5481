package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// A packed file is a header of 16 bytes (magic, pixels a side, number of
// pictures, the numbers little-endian in 32 bits), the pictures, and the sha256
// of all that.
const (
	magic      = "SWFACES1"
	headerSize = 16
)

// The bounds of a packed file.
const (
	MinSize     = 8       // pixels a side
	MaxSize     = 256     // pixels a side
	MinPictures = 12      // so that both halves have some
	MaxPictures = 1 << 20 // in one file
)

// TestShare is the part of an imported set that is kept for comparison: the last
// sixth, at most 10,000.
func TestShare(pictures int) int { return min(pictures/6, 10000) }

// Open reads a packed file into memory and checks its digest. The error is one
// line that names the file.
func Open(path string) (*Set, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open packed faces: %w", err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, fmt.Errorf("open packed faces: %w", err)
	}
	s, err := Decode(in, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return s, nil
}

// Decode reads a packed file of so many bytes; it takes no more memory than
// that. The error says what the file is instead.
func Decode(in io.Reader, size int64) (*Set, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(in, header[:]); err != nil || !bytes.HasPrefix(header[:], []byte(magic)) {
		return nil, errors.New("is not a packed face set")
	}
	side, count := int64(binary.LittleEndian.Uint32(header[8:])), int64(binary.LittleEndian.Uint32(header[12:]))
	if side < MinSize || side > MaxSize || count < MinPictures || count > MaxPictures {
		return nil, fmt.Errorf("promises %d pictures of %d pixels a side, expected %d to %d of %d to %d", count, side, MinPictures, MaxPictures, MinSize, MaxSize)
	}
	width := Channels * side * side
	if want := headerSize + count*width + sha256.Size; size != want {
		return nil, fmt.Errorf("is damaged: it is %d bytes long, and its header promises %d", size, want)
	}
	pictures := make([]uint8, count*width)
	if n, err := io.ReadFull(in, pictures); err != nil {
		return nil, fmt.Errorf("is cut off after %d bytes", headerSize+n)
	}
	sum := sha256.New()
	sum.Write(header[:])
	sum.Write(pictures)
	digest := hex.EncodeToString(sum.Sum(nil))
	var stored [sha256.Size]byte
	if _, err := io.ReadFull(in, stored[:]); err != nil || hex.EncodeToString(stored[:]) != digest {
		return nil, errors.New("is damaged: its pictures are not those that its digest names")
	}
	all, train := stack{int(width), pictures}, int(count)-TestShare(int(count))
	return &Set{Name: "faces", Size: int(side), Train: all.part(0, train), Test: all.part(train, int(count)), Digest: digest}, nil
}

// stack is pictures one after another.
type stack struct {
	width int
	bytes []uint8
}

func (s stack) part(from, to int) stack { return stack{s.width, s.bytes[from*s.width : to*s.width]} }

func (s stack) Len() int { return len(s.bytes) / s.width }

func (s stack) At(i int) []uint8 { return s.bytes[i*s.width : (i+1)*s.width : (i+1)*s.width] }

// Pack writes a packed file: picture(i) is its i-th, valid until the next call.
// It returns the digest that Set.Digest will be.
func Pack(out io.Writer, side, count int, picture func(i int) ([]uint8, error)) (string, error) {
	if side < MinSize || side > MaxSize || count < MinPictures || count > MaxPictures {
		return "", fmt.Errorf("%d pictures of %d pixels a side cannot be packed, expected %d to %d of %d to %d", count, side, MinPictures, MaxPictures, MinSize, MaxSize)
	}
	sum := sha256.New()
	both := io.MultiWriter(out, sum)
	header := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32([]byte(magic), uint32(side)), uint32(count))
	if _, err := both.Write(header); err != nil {
		return "", fmt.Errorf("pack faces: %w", err)
	}
	for i := range count {
		p, err := picture(i)
		if err == nil && len(p) != Channels*side*side {
			err = fmt.Errorf("picture %d has %d bytes", i, len(p))
		}
		if err == nil {
			_, err = both.Write(p)
		}
		if err != nil {
			return "", fmt.Errorf("pack faces: %w", err)
		}
	}
	digest := sum.Sum(nil)
	if _, err := out.Write(digest); err != nil {
		return "", fmt.Errorf("pack faces: %w", err)
	}
	return hex.EncodeToString(digest), nil
}
