package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// The parts of a comparison that run in processes of their own, out of this test's binary.
const (
	roleVariable  = "COMPARE_ROLE"
	roleUpstream  = "upstream"
	roleProxy     = "proxy"
	roleLeanProxy = "lean proxy"
	roleFastProxy = "fasthttp proxy"
	roleFiber     = "fiber"
)

// playRole serves as a part of a comparison, if this process was started as one.
func playRole() {
	role, upstream := os.Getenv(roleVariable), os.Getenv("COMPARE_UPSTREAM")
	if role == "" {
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	switch role {
	case roleUpstream:
		err = fasthttp.Serve(listener, answerThing)
	case roleProxy:
		err = http.Serve(listener, reverseProxy(upstream))
	case roleLeanProxy:
		err = http.Serve(listener, leanProxy(upstream))
	case roleFastProxy:
		err = fasthttp.Serve(listener, fastProxy(upstream))
	case roleFiber:
		err = answeringApp().Listener(listener)
	}
	panic(err)
}

// thing is 2 KB of JSON.
var thing = []byte(`{"id":1,"name":"thing","text":"` + strings.Repeat("lorem ipsum ", 165) + `"}`)

func answerThing(ctx *fasthttp.RequestCtx) {
	ctx.SetContentType("application/json")
	ctx.SetBody(thing)
}

// reverseProxy is Go's own with room for as many connections as there are callers, which it lacks by itself.
func reverseProxy(upstream string) *httputil.ReverseProxy {
	target, err := url.Parse(upstream)
	if err != nil {
		panic(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 512, 512
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport, proxy.ErrorLog = transport, log.New(io.Discard, "", 0) // callers that leave at the end of a round
	return proxy
}

// leanProxy is the same with all that can be switched off or used again.
func leanProxy(upstream string) *httputil.ReverseProxy {
	proxy := reverseProxy(upstream)
	proxy.Transport = &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512, DisableCompression: true}
	proxy.BufferPool = &buffers{sync.Pool{New: func() any { return make([]byte, 32<<10) }}}
	return proxy
}

type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte       { return b.pool.Get().([]byte) }
func (b *buffers) Put(buffer []byte) { b.pool.Put(buffer) }

// fastProxy hands requests on with as little as can be: what is left is sockets and HTTP.
func fastProxy(upstream string) fasthttp.RequestHandler {
	client := &fasthttp.HostClient{Addr: strings.TrimPrefix(upstream, "http://"), MaxConns: 512}
	return func(ctx *fasthttp.RequestCtx) {
		if err := client.Do(&ctx.Request, &ctx.Response); err != nil {
			ctx.Error("no answer", http.StatusBadGateway)
		}
	}
}

// answeringApp is what the hub's framework costs that does nothing but answer.
func answeringApp() *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/v1/thing", func(c *fiber.Ctx) error {
		c.Response().Header.SetContentType(fiber.MIMEApplicationJSON)
		return c.Send(thing)
	})
	return app
}
