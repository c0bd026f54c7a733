package gateway

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// patience is how long a service must have had for its silence to speak against it: a caller may have left it no time.
const patience = 5 * time.Second

// judge tells what a try without an answer says of the service, and its class for the metrics.
func (x *exchange) judge(ctx context.Context, err error, took time.Duration) (Outcome, class) {
	var own *operations.Error
	err = bare(err)
	switch {
	case errors.As(err, &own):
		return Outcome{Verdict: Unjudged}, classRefused
	case errors.Is(ctx.Err(), context.Canceled):
		return Outcome{Verdict: Unjudged}, classCanceled
	case ctx.Err() != nil && took < patience:
		return Outcome{Verdict: Unjudged}, classTimeout
	case ctx.Err() != nil, x.connected.Load() && isTimeout(err):
		return Outcome{Verdict: Failed, Failure: "it did not answer in time"}, classTimeout
	case !x.connected.Load():
		return Outcome{Verdict: Failed, Failure: hindrance(err)}, classUnreachable
	default:
		return Outcome{Verdict: Failed, Failure: "it broke off before its answer was complete, or sent no HTTP"}, classBrokenOff
	}
}

// judgeStatus tells what an answer says of the service.
func judgeStatus(status int) Outcome {
	if status < 500 || status == http.StatusNotImplemented {
		return Outcome{Verdict: Answered}
	}
	return Outcome{Verdict: Failed, Failure: strings.TrimSpace("it answered " + strconv.Itoa(status) + " " + http.StatusText(status))}
}
