package operations_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/patchbay/patchbay/operations"
)

// declaredCodes reads the values of all Code constants out of the source, so that none can be forgotten.
func declaredCodes(t *testing.T) []operations.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []operations.Code
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != "Code" {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, operations.Code(value))
		return true
	})
	return codes
}

func TestCodes(t *testing.T) {
	t.Parallel()
	var listed []operations.Code
	for _, info := range operations.Codes() {
		listed = append(listed, info.Code)
		if info.Status < 400 || info.Status > 599 {
			t.Errorf("%s has the status %d", info.Code, info.Status)
		}
		if got := info.Code.Info(); got != info {
			t.Errorf("Info of %s = %+v, want %+v", info.Code, got, info)
		}
	}
	sorted := cmpopts.SortSlices(func(a, b operations.Code) bool { return a < b })
	if diff := cmp.Diff(declaredCodes(t), listed, sorted); diff != "" {
		t.Errorf("each code is listed once (-declared +listed):\n%s", diff)
	}
	if got := operations.Code("made_up").Info(); got.Code != operations.CodeInternal || got.Status != 500 || got.Retryable {
		t.Errorf("an unknown code counts as %+v", got)
	}
	if operations.CodeOutcomeUnknown.Info().Retryable {
		t.Error("a write whose outcome is unknown may not simply be repeated")
	}
}

func TestErrorf(t *testing.T) {
	t.Parallel()
	e := operations.Errorf(operations.CodeUnavailable, "storing %d: %w", 3, io.ErrShortWrite)
	if e.Error() != "unavailable: storing 3: short write" || !errors.Is(e, io.ErrShortWrite) {
		t.Errorf("error %q, cause %v", e, e.Err)
	}
	if e := operations.Errorf(operations.CodeConflict, "taken"); e.Unwrap() != nil {
		t.Errorf("a cause from nowhere: %v", e.Err)
	}
}

func TestAsError(t *testing.T) {
	t.Parallel()
	if got := operations.AsError(nil); got != nil {
		t.Errorf("of nil: %v", got)
	}
	typed := operations.Errorf(operations.CodeConflict, "taken")
	if got := operations.AsError(fmt.Errorf("creating: %w", typed)); got != typed {
		t.Errorf("of a wrapped one: %v", got)
	}
	cause := errors.New("dial tcp 10.0.0.1: password=hunter2")
	got := operations.AsError(cause)
	if got.Code != operations.CodeInternal || !errors.Is(got, cause) {
		t.Errorf("of any other: %+v", got)
	}
	if want := "internal: the hub failed while handling the call; see its log"; got.Error() != want {
		t.Errorf("the text of another error shows: %q", got)
	}
}
