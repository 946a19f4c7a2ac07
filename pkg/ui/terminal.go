// Package ui knows the terminal: its width, colours and symbols, and how to
// lay text out in it. It prints nothing by itself.
package ui

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/termenv"
)

// ColorMode is the value of --color.
type ColorMode string

// The colour modes.
const (
	ColorAuto   ColorMode = "auto"
	ColorAlways ColorMode = "always"
	ColorNever  ColorMode = "never"
)

// ColorModes lists what --color accepts.
func ColorModes() []string {
	return []string{string(ColorAuto), string(ColorAlways), string(ColorNever)}
}

// ParseColorMode checks the value of --color.
func ParseColorMode(value string) (ColorMode, error) {
	switch mode := ColorMode(value); mode {
	case ColorAuto, ColorAlways, ColorNever:
		return mode, nil
	}
	return "", fmt.Errorf("--color=%q is unknown, use one of %s", value, strings.Join(ColorModes(), ", "))
}

// DefaultWidth is used where the width cannot be told, for example in a pipe.
const DefaultWidth = 80

// MinWidth is the narrowest layout; a narrower terminal wraps by itself.
const MinWidth = 40

// Terminal is one writer with what it can show.
type Terminal struct {
	Width int
	// Interactive is true when a person watches.
	Interactive bool
	// Links is true when OSC 8 hyperlinks may be written.
	Links   bool
	Theme   Theme
	Symbols Symbols
}

// Detect finds out what out can show. env reads the environment: NO_COLOR,
// TERM, COLUMNS and the locale.
func Detect(out io.Writer, env func(string) string, mode ColorMode) Terminal {
	file, isFile := out.(*os.File)
	interactive := isFile && term.IsTerminal(file.Fd()) && env("TERM") != "dumb"
	if interactive {
		// Consoles of Windows take escape sequences only when they are told to.
		// One that cannot is like a pipe; other systems have nothing to be told.
		if _, err := termenv.EnableVirtualTerminalProcessing(termenv.NewOutput(file, termenv.WithProfile(termenv.Ascii))); err != nil {
			interactive = false
		}
	}

	width := DefaultWidth
	if columns, err := strconv.Atoi(env("COLUMNS")); err == nil && columns > 0 {
		width = columns
	} else if interactive {
		if columns, _, err := term.GetSize(file.Fd()); err == nil && columns > 0 {
			width = columns
		}
	}

	color := mode == ColorAlways || (mode == ColorAuto && interactive && env("NO_COLOR") == "")
	return Terminal{
		Width:       max(width, MinWidth),
		Interactive: interactive,
		Links:       interactive && color,
		Theme:       NewTheme(out, color),
		Symbols:     symbolsFor(env),
	}
}

// Theme names the roles that text can have. Only the sixteen colours of the
// terminal's own palette are used: they are readable on whatever background
// the user chose, and nothing has to be asked of the terminal.
type Theme struct {
	Heading lipgloss.Style
	Strong  lipgloss.Style
	Muted   lipgloss.Style
	Good    lipgloss.Style
	Warn    lipgloss.Style
	Bad     lipgloss.Style
	Accent  lipgloss.Style
}

// NewTheme makes the styles for one writer.
func NewTheme(out io.Writer, color bool) Theme {
	renderer := lipgloss.NewRenderer(out)
	renderer.SetHasDarkBackground(true) // unused by this palette; keeps lipgloss from asking the terminal
	if color {
		renderer.SetColorProfile(termenv.ANSI)
	} else {
		renderer.SetColorProfile(termenv.Ascii)
	}
	// Styles keep tabs and line breaks as they are: layout is done before.
	style := renderer.NewStyle().TabWidth(lipgloss.NoTabConversion).Inline(true)
	return Theme{
		Heading: style.Bold(true),
		Strong:  style.Bold(true),
		Muted:   style.Faint(true),
		Good:    style.Foreground(lipgloss.ANSIColor(2)),
		Warn:    style.Foreground(lipgloss.ANSIColor(3)),
		Bad:     style.Foreground(lipgloss.ANSIColor(1)).Bold(true),
		Accent:  style.Foreground(lipgloss.ANSIColor(6)),
	}
}

// Symbols carry meaning where colour does not reach.
type Symbols struct {
	Good, Bad, Warn, Info, Step, Waiting, Busy, Off, Bullet, Ahead, Behind, Ellipsis, Dash string
}

var unicodeSymbols = Symbols{
	Good: "✔", Bad: "✗", Warn: "⚠", Info: "ℹ", Step: "►", Waiting: "◔", Busy: "↻", Off: "‖",
	Bullet: "•", Ahead: "↑", Behind: "↓", Ellipsis: "…", Dash: "—",
}

var asciiSymbols = Symbols{
	Good: "ok", Bad: "x", Warn: "!", Info: "i", Step: ">", Waiting: "...", Busy: "~", Off: "=",
	Bullet: "*", Ahead: "+", Behind: "-", Ellipsis: "...", Dash: "-",
}

// symbolsFor follows the locale as libc does: LC_ALL before LC_CTYPE before
// LANG. No locale at all is what scripts and containers have, and Go programs
// print UTF-8 there; "C" and "POSIX" are a decision for ASCII.
func symbolsFor(env func(string) string) Symbols {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		locale := strings.ToUpper(env(name))
		if locale == "" {
			continue
		}
		if strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8") {
			return unicodeSymbols
		}
		return asciiSymbols
	}
	return unicodeSymbols
}
