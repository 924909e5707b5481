// Package pictures turns picture files of unknown origin into square pictures
// of one size: PNG, JPEG and WebP by content, whatever their names say.
//
// It promises that a file is refused with a reason before more memory than
// MaxPixels need is taken, that a decoder which fails in any way refuses one
// file and no more, and that equal files give equal pictures. It imports nothing
// of ours and no network.
package pictures
