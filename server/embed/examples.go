package embed

import (
	"embed"
	"io/fs"
)

//go:embed examples
var examples embed.FS

// Examples are pages that show the SDK at work, an app of their own: {{hub}} in them stands for the hub's address. They
// ask the app for POST token, which answers with what POST /v1/embed/tokens does, and for GET schemas.
func Examples() (fs.FS, error) { return fs.Sub(examples, "examples") }
