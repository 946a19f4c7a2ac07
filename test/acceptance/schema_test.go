package acceptance

import "testing"

func TestCheckReport(t *testing.T) {
	for text, wantError := range map[string]bool{
		`{"kind": "ContextReport"}`: true,
		`{"kind": "WhyReport"}`:     true,
		`{"kind": "Session"}`:       false,
		"a text":                    false,
		`{"kind": "ContextReport", "problems": "none"}`: true,
	} {
		if err := checkReport([]byte(text)); (err != nil) != wantError {
			t.Errorf("%s: %v", text, err)
		}
	}
}
