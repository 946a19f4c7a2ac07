package model

// Variable is a ${NAME} of a manifest, which Flux replaces when a Kustomization
// with spec.postBuild builds the file. Escaped ones ($${NAME}), those in
// comments and those of documents that switch substitution off are none.
type Variable struct {
	Location
	Name string
	// Default is true when the expression gives a value of its own:
	// ${NAME:=value}, ${NAME:-value} and the like.
	Default bool
	// Field is the key of the line when the variable is all of its value.
	Field string
}

// KeyFile is a tracked file that holds a private key or a credential and is no
// Secret. Line is where it begins.
type KeyFile struct {
	Location
	// What names the kind of credential, for example "an age key".
	What string
	// Local files are not tracked by Git.
	Local bool
}
