package render

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
)

// packer writes Go values compactly: all exported fields in their order, and
// each text once. What it wrote, unpack reads into values of the same types; the
// names and order of their fields are no part of it.
type packer struct {
	out   []byte
	texts map[string]uint64
	// limit bounds out, in bytes; 0 means no limit.
	limit int
}

var errPackedTooLarge = errors.New("too large to be kept")

// value appends a value that is made of structs, slices, pointers, texts, whole
// numbers and booleans.
func (p *packer) value(v reflect.Value) error {
	if p.limit > 0 && len(p.out) > p.limit {
		return errPackedTooLarge
	}
	switch v.Kind() {
	case reflect.String:
		p.text(v.String())
	case reflect.Bool:
		p.number(map[bool]uint64{true: 1}[v.Bool()])
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.out = binary.AppendVarint(p.out, v.Int())
	case reflect.Pointer:
		if v.IsNil() {
			p.number(0)
			return nil
		}
		p.number(1)
		return p.value(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			p.number(0)
			return nil
		}
		p.number(uint64(v.Len()) + 1)
		if v.Type().Elem().Kind() == reflect.Uint8 {
			p.out = append(p.out, v.Bytes()...)
			return nil
		}
		for i := range v.Len() {
			if err := p.value(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			if err := p.value(v.Field(i)); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("values of type %s cannot be kept", v.Type())
	}
	return nil
}

func (p *packer) number(n uint64) { p.out = binary.AppendUvarint(p.out, n) }

// text appends the number of a text that stands before it, else 0 and the text.
func (p *packer) text(text string) {
	if number, ok := p.texts[text]; ok {
		p.number(number)
		return
	}
	if p.texts == nil {
		p.texts = map[string]uint64{}
	}
	p.texts[text] = uint64(len(p.texts)) + 1
	p.number(0)
	p.number(uint64(len(text)))
	p.out = append(p.out, text...)
}

// pack returns a value in the form that unpack reads. It fails when that takes
// more than limit bytes, by more than one value.
func pack(value any, limit int) ([]byte, error) {
	p := &packer{limit: limit}
	if err := p.value(reflect.ValueOf(value)); err != nil {
		return nil, err
	}
	return p.out, nil
}

var errNotPacked = errors.New("not what was written")

type unpacker struct {
	in []byte
	// all is the same as a text, which texts are parts of.
	all   string
	texts []string
}

// unpack reads what pack wrote into the value that a pointer leads to. Slices of
// bytes are parts of content, which must not be changed afterwards.
func unpack(content []byte, into any) error {
	u := &unpacker{in: content, all: string(content)}
	if err := u.value(reflect.ValueOf(into).Elem()); err != nil {
		return err
	}
	if len(u.in) > 0 {
		return errNotPacked
	}
	return nil
}

func (u *unpacker) value(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		text, err := u.text()
		if err == nil {
			v.SetString(text)
		}
		return err
	case reflect.Bool:
		n, err := u.number()
		v.SetBool(n == 1)
		return err
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, size := binary.Varint(u.in)
		if size <= 0 || v.OverflowInt(n) {
			return errNotPacked
		}
		u.in = u.in[size:]
		v.SetInt(n)
	case reflect.Pointer:
		n, err := u.number()
		if err != nil || n == 0 {
			return err
		}
		v.Set(reflect.New(v.Type().Elem()))
		return u.value(v.Elem())
	case reflect.Slice:
		return u.slice(v)
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			if err := u.value(v.Field(i)); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("values of type %s cannot be kept", v.Type())
	}
	return nil
}

func (u *unpacker) slice(v reflect.Value) error {
	n, err := u.number()
	if err != nil || n == 0 {
		return err
	}
	// Every item takes a byte at least.
	if n--; n > uint64(len(u.in)) {
		return errNotPacked
	}
	length := int(n)
	if v.Type().Elem().Kind() == reflect.Uint8 {
		v.SetBytes(u.in[:length:length])
		u.in = u.in[length:]
		return nil
	}
	v.Set(reflect.MakeSlice(v.Type(), length, length))
	for i := range length {
		if err := u.value(v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacker) number() (uint64, error) {
	n, size := binary.Uvarint(u.in)
	if size <= 0 {
		return 0, errNotPacked
	}
	u.in = u.in[size:]
	return n, nil
}

func (u *unpacker) text() (string, error) {
	n, err := u.number()
	if err != nil {
		return "", err
	}
	if n > 0 {
		if n > uint64(len(u.texts)) {
			return "", errNotPacked
		}
		return u.texts[n-1], nil
	}
	length, err := u.number()
	if err != nil || length > uint64(len(u.in)) {
		return "", errNotPacked
	}
	begin := len(u.all) - len(u.in)
	text := u.all[begin : begin+int(length)]
	u.in = u.in[length:]
	u.texts = append(u.texts, text)
	return text, nil
}
