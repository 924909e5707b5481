// Package migrations holds the database's schema as numbered SQL files.
//
// Internal tables live in the schema store and may change with any version;
// the views in the schema public are what readers are promised (docs/sql.md).
// A file that has shipped is never edited: a change is a new file. The package
// imports the standard library only; storage/metrics applies it.
package migrations

import "embed"

// Files are the goose migrations, NNNN_name.sql.
//
//go:embed *.sql
var Files embed.FS

// Version is the schema that this program reads and writes: the number of the
// newest file.
const Version = 6
