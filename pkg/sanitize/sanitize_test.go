package sanitize

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"plain", "build failed", "build failed"},
		{"empty", "", ""},
		{"colour", "\x1b[31mred\x1b[0m alert", "red alert"},
		{"title", "\x1b]0;owned\x07name", "name"},
		{"hyperlink", "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"},
		// Without its introducer the rest of the sequence is plain text.
		{"c1 control", "a\u009b31mb", "a31mb"},
		{"newlines fold", "one\n two\r\n\tthree  four ", "one two three four"},
		{"bidi override", "user\u202Etxt.exe", "usertxt.exe"},
		{"zero width", "pay\u200Bpal", "paypal"},
		{"tag characters", "hi\U000E0041\U000E0042", "hi"},
		{"bell and backspace", "a\a\bb", "ab"},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb"},
		{"wide characters stay", "日本語 ok", "日本語 ok"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Line(test.in, 0); got != test.want {
				t.Errorf("Line(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestTextKeepsLines(t *testing.T) {
	if got, want := Text("a\r\n\tb\x1b[2J\n", 0), "a\n\tb\n"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

func TestPathEscapes(t *testing.T) {
	for in, want := range map[string]string{
		"apps/base/a b.yaml": "apps/base/a b.yaml",
		"x\u200e.yaml":       `x\u200e.yaml`,
		"a\nb\x1b[31m.yaml":  `a\nb\x1b[31m.yaml`,
		"bad\xff.yaml":       `bad\xff.yaml`,
		"größe.yaml":         "größe.yaml",
	} {
		if got := Path(in); got != want {
			t.Errorf("Path(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTruncateAtCharacter(t *testing.T) {
	got := Line(strings.Repeat("é", 10), 8)
	if !utf8.ValidString(got) || len(got) > 8 || !strings.HasSuffix(got, "…") {
		t.Errorf("Line cut to %q", got)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("\x1b[31mred\x1b[0m")
	f.Add("\x9b31m\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := Line(text, 64)
		if len(got) > 64 || !utf8.ValidString(got) || strings.ContainsAny(got, "\x1b\x07\n\r\t\u009b\u202e\u200b") {
			t.Errorf("Line(%q) = %q", text, got)
		}
		if again := Line(got, 64); again != got {
			t.Errorf("Line is not idempotent: %q, then %q", got, again)
		}
	})
}
