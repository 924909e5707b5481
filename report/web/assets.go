package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static templates
var files embed.FS

// asset is a file of the page. Its name holds its digest, so that browsers may
// keep it for ever.
type asset struct {
	name string // app-1a2b3c4d.js
	kind string
	data []byte
}

// assets are found by the name in the folder and by the name with the digest.
type assets struct {
	byFile map[string]asset
	byName map[string]asset
}

// kinds are the only types that files are served as.
var kinds = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}

func readAssets() (assets, error) {
	out := assets{map[string]asset{}, map[string]asset{}}
	err := fs.WalkDir(files, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		ext := path.Ext(p)
		kind, ok := kinds[ext]
		if !ok {
			return fmt.Errorf("asset %s: no type for %q", p, ext)
		}
		sum := sha256.Sum256(data)
		file := path.Base(p)
		a := asset{strings.TrimSuffix(file, ext) + "-" + hex.EncodeToString(sum[:6]) + ext, kind, data}
		out.byFile[file], out.byName[a.name] = a, a
		return nil
	})
	return out, err
}

// url is the address of a file, for templates.
func (a assets) url(file string) (string, error) {
	f, ok := a.byFile[file]
	if !ok {
		return "", fmt.Errorf("no asset %q", file)
	}
	return "/static/" + f.name, nil
}

func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := s.assets.byName[r.PathValue("file")]
	if !ok {
		s.fail(w, r, &refusal{http.StatusNotFound, "There is no such file."})
		return
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.data)
}
