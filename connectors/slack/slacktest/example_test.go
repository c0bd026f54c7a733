package slacktest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// A sandbox is served like any handler, and any client of the service may speak to it.
func ExampleNew() {
	server := httptest.NewServer(http.StripPrefix("/slack", slacktest.New(slacktest.Options{Prefix: "/slack"})))
	defer server.Close()

	api := slack.New(slacktest.Token, slack.OptionAPIURL(server.URL+"/slack/api/"))
	channel, _, err := api.PostMessageContext(context.Background(), "#support", slack.MsgOptionText("Hello", false))
	fmt.Println(channel, err)
	_, _, err = api.PostMessageContext(context.Background(), "#marketing", slack.MsgOptionText("Hello", false))
	fmt.Println(err)
	// Output:
	// C0SUPPORT01 <nil>
	// not_in_channel
}
