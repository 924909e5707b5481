package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// IDX magic numbers: two zero bytes, the type unsigned byte (8), the number of
// dimensions (experiments.md §5.1).
const (
	magicLabels = 0x0801
	magicImages = 0x0803
)

// MaxFile and MaxCount bound what is read: bytes of a file, as it lies on the
// disk, and images or labels in it.
const (
	MaxFile  = 128 << 20
	MaxCount = 140_000
)

// deflateRatio is the most that a byte of a gzip file can expand to.
const deflateRatio = 1032

// Decode reads an IDX file, gzip-compressed or not, of 28×28 images or of
// labels 0 to 9, and returns the whole decoded file, header included: see
// Payload. Memory is taken only for what a file of this size can hold. The
// error says what the file is instead.
func Decode(file []byte, images bool) ([]byte, error) {
	if len(file) > MaxFile {
		return nil, fmt.Errorf("is %d bytes long, at most %d are read", len(file), MaxFile)
	}
	var in io.Reader = bytes.NewReader(file)
	room := int64(len(file))
	if bytes.HasPrefix(file, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, damaged(err)
		}
		in, room = z, room*deflateRatio
	}
	header, size, err := readHeader(in, images)
	if err != nil {
		return nil, err
	}
	if size > room {
		return nil, fmt.Errorf("is cut off: its header promises %d bytes and it has room for %d", size, room)
	}
	out := make([]byte, size)
	n, err := io.ReadFull(in, out[copy(out, header):])
	if err != nil {
		return nil, fmt.Errorf("is cut off or damaged after %d of %d bytes (%w)", len(header)+n, size, plain(err))
	}
	if err := atEnd(in); err != nil {
		return nil, err
	}
	return out, checkLabels(out, images)
}

// Payload is the bytes of a decoded file after its header: images row by row,
// one after another, or labels.
func Payload(decoded []byte, images bool) []byte { return decoded[headerSize(images):] }

func headerSize(images bool) int {
	if images {
		return 16
	}
	return 8
}

// readHeader reads the header and says how long the whole file must be.
func readHeader(in io.Reader, images bool) (header []byte, size int64, err error) {
	header = make([]byte, headerSize(images))
	if _, err := io.ReadFull(in, header[:8]); err != nil {
		return nil, 0, damaged(err)
	}
	switch magic := binary.BigEndian.Uint32(header); {
	case magic == magicLabels && images:
		return nil, 0, errors.New("holds labels, expected images")
	case magic == magicImages && !images:
		return nil, 0, errors.New("holds images, expected labels")
	case magic != magicLabels && magic != magicImages:
		return nil, 0, fmt.Errorf("is not an IDX file (it begins with %08x)", magic)
	}
	if _, err := io.ReadFull(in, header[8:]); err != nil {
		return nil, 0, damaged(err)
	}
	count := binary.BigEndian.Uint32(header[4:])
	if count < 1 || count > MaxCount {
		return nil, 0, fmt.Errorf("promises %d images or labels, expected 1 to %d", count, MaxCount)
	}
	if !images {
		return header, 8 + int64(count), nil
	}
	if h, w := binary.BigEndian.Uint32(header[8:]), binary.BigEndian.Uint32(header[12:]); h != Side || w != Side {
		return nil, 0, fmt.Errorf("holds images of %d×%d pixels, expected %d×%d", h, w, Side, Side)
	}
	return header, 16 + int64(count)*Pixels, nil
}

// atEnd reads past the last byte; for gzip this also checks the checksum.
func atEnd(in io.Reader) error {
	var one [1]byte
	switch n, err := io.ReadFull(in, one[:]); {
	case n > 0:
		return errors.New("goes on after the end that its header promises")
	case err != io.EOF:
		return damaged(err)
	}
	return nil
}

func checkLabels(decoded []byte, images bool) error {
	if images {
		return nil
	}
	for i, v := range Payload(decoded, false) {
		if v >= Classes {
			return fmt.Errorf("is damaged: label %d is %d, expected 0 to 9", i, v)
		}
	}
	return nil
}

// damaged puts a reader's error into the file's words.
func damaged(err error) error { return fmt.Errorf("is cut off or damaged (%w)", plain(err)) }

func plain(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
