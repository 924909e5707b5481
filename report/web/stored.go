package web

import "net/http"

// reportPolicy is for a stored report: one page with its own style and
// pictures, without script, links or forms of this site's standing.
const reportPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

// maxReport bounds a stored report, bytes.
const maxReport = 32 << 20

// report hands a sweep's newest report out as it was stored.
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	a := &asked{r: r}
	sweep := a.path("sweep")
	if a.err != nil {
		s.fail(w, r, a.err)
		return
	}
	key, size, sum, err := s.Source.Report(r.Context(), sweep)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if size > maxReport {
		s.fail(w, r, &refusal{http.StatusRequestEntityTooLarge, "The report is too large for a page; `sweep report` writes it to a file."})
		return
	}
	data, err := s.Blobs.Get(r.Context(), key, size, sum)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Security-Policy", reportPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(data)
}
