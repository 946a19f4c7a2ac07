package docs

// tokens calls yield with each term of a text, in lower case. Names are kept
// whole, for example spec.postbuild.substitutefrom, helm.toolkit.fluxcd.io/v2 or
// flux-system, and come again in their components, so that a part of a name is
// found too. A plural s falls away. The slice is reused: yield must copy it to
// keep it.
func tokens(text string, yield func(term []byte)) {
	var buffer [maxTerm]byte
	for i := 0; i < len(text); {
		if !inWord[text[i]] {
			i++
			continue
		}
		// A word with the joints inside it: a joint must have a letter or a
		// digit on both sides.
		start, joints := i, 0
		for i < len(text) && (inWord[text[i]] || isJoint[text[i]] && i+1 < len(text) && inWord[text[i+1]]) {
			if isJoint[text[i]] {
				joints++
			}
			i++
		}
		yieldTerm(text[start:i], &buffer, yield)
		for joints > 0 && start < i {
			end := start
			for end < i && !isJoint[text[end]] {
				end++
			}
			yieldTerm(text[start:end], &buffer, yield)
			start = end + 1
		}
	}
}

// maxTerm cuts what is no word, such as base64.
const maxTerm = 64

func yieldTerm(word string, buffer *[maxTerm]byte, yield func(term []byte)) {
	n := min(len(word), maxTerm)
	for i := range n {
		buffer[i] = lower[word[i]]
	}
	if n > 3 && buffer[n-1] == 's' && buffer[n-2] != 's' {
		n--
	}
	yield(buffer[:n])
}

// inWord holds for letters, digits and all bytes outside ASCII; isJoint for what
// stands between the components of a name.
var inWord, isJoint, lower = func() (word, joint [256]bool, lower [256]byte) {
	for c := range 256 {
		b := byte(c)
		isLetter := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
		word[c] = isLetter || b >= '0' && b <= '9' || b >= 0x80
		joint[c] = b == '.' || b == '-' || b == '_' || b == '/'
		lower[c] = b
		if b >= 'A' && b <= 'Z' {
			lower[c] = b + 'a' - 'A'
		}
	}
	return word, joint, lower
}()
