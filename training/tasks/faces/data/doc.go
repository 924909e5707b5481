// Package data is a face set as the task faces sees it, drawn (package pfaces)
// or imported: pictures of one size (Set, Fill), and the packed file in which
// imported pictures lie (Pack, Open).
//
// It promises that picture i of a set never changes, that Set.Digest names the
// pictures whatever the folder, and that reading a packed file is bounded by the
// size of the file at hand. It imports no store, Temporal or network and never
// looks for a folder.
package data
