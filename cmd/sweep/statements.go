package main

import (
	"regexp"
	"strings"
)

// splitStatements cuts a text at its semicolons, comments and empty statements
// left out. What stands after the last one is a statement, too.
func splitStatements(text string) []string {
	var out []string
	for text != "" {
		end, _ := statementEnd(text)
		if s := strings.TrimSpace(text[:end]); !blank(s) {
			out = append(out, s)
		}
		text = strings.TrimPrefix(text[end:], ";")
	}
	return out
}

// statementEnd is where the first statement's semicolon stands, or the text's
// length and false when there is none: semicolons in quotes and comments do not
// count (PostgreSQL, "Lexical Structure").
func statementEnd(text string) (at int, ended bool) {
	for at < len(text) {
		if text[at] == ';' {
			return at, true
		}
		at += lexeme(text[at:])
	}
	return len(text), false
}

var dollar = regexp.MustCompile(`^\$([A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$`)

// lexeme is the length of a comment, a quoted text, a word, or one byte.
func lexeme(s string) int {
	switch {
	case strings.HasPrefix(s, "--"):
		return until(s, 2, "\n")
	case strings.HasPrefix(s, "/*"):
		return comment(s)
	case s[0] == '\'' || s[0] == '"':
		return until(s, 1, s[:1])
	case (s[0] == 'e' || s[0] == 'E') && len(s) > 1 && s[1] == '\'':
		return escaped(s)
	case s[0] == '$':
		if tag := dollar.FindString(s); tag != "" {
			return until(s, len(tag), tag)
		}
	case wordByte(s[0]): // a $ or an E inside a word begins nothing
		n := 1
		for n < len(s) && (wordByte(s[n]) || s[n] == '$') {
			n++
		}
		return n
	}
	return 1
}

func wordByte(b byte) bool {
	return b == '_' || b >= 0x80 || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// until is the length up to and with the next end from a position on.
func until(s string, from int, end string) int {
	if i := strings.Index(s[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(s)
}

// comment is the length of a comment, which may hold others.
func comment(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "/*"):
			depth++
			i++
		case strings.HasPrefix(s[i:], "*/"):
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// escaped is the length of E'…', in which a backslash hides a quote.
func escaped(s string) int {
	for i := 2; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return len(s)
}

// blank tells whether a statement is comments and spaces alone.
func blank(s string) bool {
	for s != "" {
		n := lexeme(s)
		if word := s[:n]; strings.TrimSpace(word) != "" && !strings.HasPrefix(word, "--") && !strings.HasPrefix(word, "/*") {
			return false
		}
		s = s[n:]
	}
	return true
}
