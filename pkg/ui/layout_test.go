package ui

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{
		"apps":                               4,
		"決済サービス":                             12, // East Asian wide: two cells each
		"e\u0301":                            1,  // a letter and its accent
		"🚀":                                  2,
		"👩\u200d👩\u200d👧":                    2, // a family is one picture
		"🇩🇪":                                 2, // a flag is two letters in one picture
		"\x1b[31mred\x1b[0m":                 3,
		"\x1b]8;;file:///a\x07a\x1b]8;;\x07": 1,
	} {
		if got := Width(text); got != want {
			t.Errorf("%q takes %d cells, want %d", text, got, want)
		}
	}
}

func TestWrapCountsCells(t *testing.T) {
	for line := range strings.Lines(Wrap(strings.Repeat("決済 サービス 🚀 ", 20), 24)) {
		if got := Width(strings.TrimRight(line, "\n")); got > 24 {
			t.Errorf("%q takes %d cells of 24", line, got)
		}
	}
}

func TestColumnsAlignWideText(t *testing.T) {
	lines := Columns([][]string{{"決済", "Ready"}, {"apps", "Ready"}, {"🚀", "Ready"}})
	for _, line := range lines {
		first, _, found := strings.Cut(line, "Ready")
		if got := Width(first); !found || got != 6 {
			t.Errorf("the second column of %q begins at cell %d, want 6", line, got)
		}
	}
}

func TestShortenKeepsTheLimit(t *testing.T) {
	terminal := Terminal{Symbols: unicodeSymbols}
	if got := terminal.Shorten("決済サービス", 6); Width(got) > 6 || !strings.HasSuffix(got, "…") {
		t.Errorf("got %q", got)
	}
}

// Only colours that the user's palette makes readable on his background: no black
// and no white, no background and no colours beyond the sixteen.
func TestThemeIsReadableOnAnyBackground(t *testing.T) {
	theme := NewTheme(&bytes.Buffer{}, true)
	allowed := []string{"", "0", "1", "2", "31", "32", "33", "36"}
	sgr := regexp.MustCompile("\x1b\\[([0-9;]*)m")
	for name, text := range map[string]string{
		"heading": theme.Heading.Render("x"), "strong": theme.Strong.Render("x"), "muted": theme.Muted.Render("x"),
		"good": theme.Good.Render("x"), "warn": theme.Warn.Render("x"), "bad": theme.Bad.Render("x"), "accent": theme.Accent.Render("x"),
	} {
		codes := sgr.FindAllStringSubmatch(text, -1)
		if len(codes) == 0 {
			t.Errorf("%s has no style", name)
		}
		for _, code := range codes {
			for part := range strings.SplitSeq(code[1], ";") {
				if !slices.Contains(allowed, part) {
					t.Errorf("%s is %q: code %s", name, text, part)
				}
			}
		}
	}
}

func TestDetect(t *testing.T) {
	var pipe bytes.Buffer
	for name, test := range map[string]struct {
		env   map[string]string
		mode  ColorMode
		color bool
		width int
		ascii bool
	}{
		"a pipe":                      {nil, ColorAuto, false, 80, false},
		"colour on request":           {nil, ColorAlways, true, 80, false},
		"colour on request, NO_COLOR": {map[string]string{"NO_COLOR": "1"}, ColorAlways, true, 80, false},
		"never":                       {nil, ColorNever, false, 80, false},
		"COLUMNS":                     {map[string]string{"COLUMNS": "160"}, ColorAuto, false, 160, false},
		"COLUMNS that is no number":   {map[string]string{"COLUMNS": "wide"}, ColorAuto, false, 80, false},
		"a very narrow screen":        {map[string]string{"COLUMNS": "7"}, ColorAuto, false, MinWidth, false},
		"LC_ALL before LANG":          {map[string]string{"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, ColorAuto, false, 80, true},
		"POSIX":                       {map[string]string{"LANG": "POSIX"}, ColorAuto, false, 80, true},
		"latin1":                      {map[string]string{"LANG": "de_DE.ISO-8859-1"}, ColorAuto, false, 80, true},
		"utf8 without a dash":         {map[string]string{"LC_CTYPE": "en_US.utf8"}, ColorAuto, false, 80, false},
	} {
		t.Run(name, func(t *testing.T) {
			terminal := Detect(&pipe, func(name string) string { return test.env[name] }, test.mode)
			if color := terminal.Theme.Bad.Render("x") != "x"; color != test.color {
				t.Errorf("colour: %t", color)
			}
			if terminal.Width != test.width {
				t.Errorf("width %d, want %d", terminal.Width, test.width)
			}
			if ascii := terminal.Symbols == asciiSymbols; ascii != test.ascii {
				t.Errorf("ascii: %t", ascii)
			}
			if terminal.Interactive || terminal.Links || terminal.Link("file:///a", "a") != "a" {
				t.Error("a pipe is taken for a person, or gets links")
			}
		})
	}
}
