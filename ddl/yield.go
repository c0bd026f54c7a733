package ddl

import (
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

// Yield shows what a Whole list has found since it showed something last, so that nobody who needs the first options only
// has to wait for all of them. In which order they are shown is of no account, and what is shown has to be in the list.
// A list of one request need not call it.
func Yield[O any](call *operations.Call, options []O) {
	if call.Yield == nil || len(options) == 0 {
		return
	}
	encoded, err := operations.Encode(options)
	if err != nil {
		panic(fmt.Errorf("encoding options of a list: %w", err)) // the whole list would not be JSON either
	}
	call.Yield(encoded)
}

// Quiet is a call whose lists show nothing before they are whole: for a list that is made of another's.
func Quiet(call *operations.Call) *operations.Call {
	quiet := *call
	quiet.Yield = nil
	return &quiet
}
