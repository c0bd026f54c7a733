package aitest_test

import (
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/ai/aitest"
)

func ExampleNew() {
	s := aitest.New(aitest.Options{Open: true}) // an http.Handler
	request := httptest.NewRequest("POST", "/v1/chat/completions",
		strings.NewReader(`{"model":"sandbox-1","messages":[{"role":"user","content":"The printer is on fire. Help."}]}`))
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, request)
	fmt.Println(gjson.GetBytes(answer.Body.Bytes(), "choices.0.message.content"))
	// Output: In short: The printer is on fire. Help.
}
