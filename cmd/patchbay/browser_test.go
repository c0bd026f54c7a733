package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowser drives the browser SDK in a real browser against a real hub with sandboxes. All tests share the browser; each
// has a tab of its own, without the cookies and caches of the others.
func TestBrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	at := openSandboxes(t, t.TempDir(), "127.0.0.1:0")
	for name, test := range map[string]func(*testing.T, *tab){
		"Lists": listsInABrowser, "Cache": cacheInABrowser, "Calls": callsInABrowser, "Repeats": repeatsInABrowser,
		"TokenExpires": tokenExpires, "TokenIsRenewedEarly": tokenIsRenewedEarly, "TokenIsRevoked": tokenIsRevoked,
		"BudgetIsSpent": budgetIsSpent, "WrongOrigin": wrongOrigin, "HubRestarts": hubRestarts,
		"DropDownByKeyboard": dropDownByKeyboard, "DropDownByMouse": dropDownByMouse, "DropDownToAScreenReader": dropDownToAScreenReader,
		"DropDownGoesWrong": dropDownGoesWrong, "DropDownInAForm": dropDownInAForm, "DropDownOfThePage": dropDownOfThePage,
		"DependentByKeyboard": dependentByKeyboard, "DependentByMouse": dependentByMouse,
		"MapperByKeyboard": mapperByKeyboard, "MapperByMouse": mapperByMouse, "MapperKeepsRules": mapperKeepsRules,
		"MapperToAScreenReader": mapperToAScreenReader, "TrayExample": trayExample, "TrayScripts": trayScripts, "TraySlots": traySlots,
		"Looks": looksOfExamples,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, b.tab(t, at))
		})
	}
}

// openBrowser starts Chromium, with a profile of its own.
func openBrowser(t *testing.T) browser {
	t.Helper()
	path, err := findChromium()
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, end := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(end)
	ctx, _ = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("closing the browser: %v", err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	return browser{ctx}
}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium; .ci/setup installs it")
}

// openSandboxes serves a hub with sandboxes at an address, with what is in a data folder.
func openSandboxes(t *testing.T, data, address string) *client {
	t.Helper()
	c := console{in: strings.NewReader(""), out: io.Discard, err: io.Discard, environment: []string{"PATCHBAY_ADMIN_KEY=" + testKey}}
	h, err := newHub(t.Context(), c, config{Data: data, Sandbox: true, serving: true, LogLevel: warnings})
	if err != nil {
		t.Fatal(err)
	}
	return serveHubAt(t, h, address)
}

type browser struct{ ctx context.Context }

// tab is a tab of the browser, a hub, and the app that serves its page.
type tab struct {
	*testing.T
	ctx context.Context
	hub *client
	app *app

	mu     sync.Mutex
	faults []string // what the page wrote to the console as errors
}

const tabTime = 30 * time.Second

func (b browser) tab(t *testing.T, hub *client) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	timed, cancel := context.WithTimeout(ctx, tabTime)
	t.Cleanup(cancel)
	p := &tab{T: t, ctx: timed, hub: hub}
	if _, err := chromedp.Call(timed, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	messages := chromedp.Console(timed)
	go func() {
		for message, err := range messages {
			if err != nil {
				return
			}
			if message.Type == chromedp.ConsoleError || message.Type == chromedp.ConsoleException {
				p.mu.Lock()
				p.faults = append(p.faults, message.Text)
				p.mu.Unlock()
			}
		}
	}()
	return p
}

// quiet holds that the page wrote no errors to the console.
func (p *tab) quiet() {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fault := range p.faults {
		p.Errorf("on the console: %s", fault)
	}
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.Fatal(err)
	}
}

// open shows a page and waits until its modules have run.
func (p *tab) open(url string) {
	p.Helper()
	p.do(chromedp.Navigate(url))
}

// eval runs the body of an async function in the page and decodes what it returns.
func eval[T any](p *tab, body string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](`(async () => {`+body+`})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("%s\n%v", body, err)
	}
	return v
}

// until waits for an expression to be true.
func (p *tab) until(expression string) {
	p.Helper()
	wait := fmt.Sprintf(`const holds = () => { try { return !!(%s) } catch { return false } };
		const late = performance.now() + 15000;
		while (!holds() && performance.now() < late) await new Promise((go) => setTimeout(go, 5));
		return holds();`, expression)
	if !eval[bool](p, wait) {
		p.Fatalf("it does not come true: %s\nthe page says: %s", expression, eval[string](p, `return document.body.innerText`))
	}
}

// press sends keys to what has the focus.
func (p *tab) press(keys ...string) {
	p.Helper()
	for _, key := range keys {
		p.do(chromedp.KeyEvent(key))
	}
}

// alt presses a key while Alt is down.
func (p *tab) alt(key string) {
	p.Helper()
	p.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(kb.ModifierAlt)))
}

// click clicks with the mouse on what an expression gives, as soon as it stands still.
func (p *tab) click(element string) {
	p.Helper()
	type point struct{ X, Y float64 }
	at := eval[point](p, `const e = `+element+`;
		const place = () => { const r = e.getBoundingClientRect(); return { X: r.x + r.width / 2, Y: r.y + r.height / 2 }; };
		for (let before, still = 0; still < 3; before = place()) {
			e.scrollIntoView({ block: 'nearest', behavior: 'instant' }); // again and again: what the wheel has begun goes on for a while
			await new Promise((go) => setTimeout(go, 10));
			still = JSON.stringify(before) === JSON.stringify(place()) ? still + 1 : 0;
		}
		return place();`)
	p.do(chromedp.MouseClickXY(at.X, at.Y))
}

// inside is the expression of what a selector finds inside an element of ours.
func inside(element, selector string) string {
	return fmt.Sprintf("document.querySelector(%q).shadowRoot.querySelector(%q)", element, selector)
}

// await waits until something holds.
func await(t *testing.T, otherwise string, holds func() bool) {
	t.Helper()
	for late := time.Now().Add(10 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal(otherwise)
		}
	}
}

// shot takes a picture, if somebody wants to see one: PATCHBAY_SHOTS names a folder.
func (p *tab) shot(name string) {
	p.Helper()
	folder := os.Getenv("PATCHBAY_SHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		p.Fatal(err)
	}
}

// app is the server of a test's page: it serves the page, and makes tokens for it as a customer's server does.
type app struct {
	origin string
	hub    *client

	mu    sync.Mutex
	grant map[string]any // what tokens allow, beside the app's origin
	made  []string       // ids of the tokens that were made
}

// serve gives the tab a page: the SDK's exports are globals in it, and getToken asks the app.
func (p *tab) serve(grant map[string]any, body string) *app {
	p.Helper()
	a := &app{hub: p.hub, grant: grant}
	server := httptest.NewServer(a.handler(body))
	p.Cleanup(server.Close)
	a.origin = server.URL
	p.app = a
	p.open(a.origin)
	p.until("window.ready")
	return a
}

func (a *app) handler(body string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><link rel="icon" href="data:,"><style>:root { color-scheme: light dark }</style>
			<script type="module">
				import * as sdk from '%[1]s/embed/v1/patchbay.js';
				import * as elements from '%[1]s/embed/v1/patchbay-elements.js';
				import * as shim from '%[1]s/embed/v1/patchbay-tray.js';
				const getToken = async () => (await fetch('token', { method: 'POST' })).json();
				Object.assign(window, sdk, elements, shim, { getToken, ready: true });
			</script>%[2]s`, a.hub.base, body)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		answer, err := a.token(r.Context(), nil)
		answerJSON(w, answer, err)
	})
	return mux
}

// token makes a token; changes are to what the app's tokens allow otherwise.
func (a *app) token(ctx context.Context, changes map[string]any) (json.RawMessage, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	grant := map[string]any{"endUser": "customer-42", "origins": []string{a.origin}, "credentials": []string{"sandbox-jira", "sandbox-outreach"}}
	for _, more := range []map[string]any{a.grant, changes} {
		for name, value := range more {
			grant[name] = value
		}
	}
	answer, err := a.hub.do(ctx, http.MethodPost, "/v1/embed/tokens", grant)
	if err != nil {
		return nil, err
	}
	var made struct{ ID string }
	if err := json.Unmarshal(answer, &made); err != nil {
		return nil, err
	}
	a.made = append(a.made, made.ID)
	return answer, nil
}

func (a *app) tokens() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.made...)
}

// allow changes what tokens allow from now on.
func (a *app) allow(name string, value any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.grant[name] = value
}

// example shows a page of the examples, served as the demo serves it.
func (p *tab) example(page string) {
	p.Helper()
	origin, stop, err := serveExamples(p.hub)
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() {
		if err := stop(); err != nil {
			p.Errorf("closing the examples: %v", err)
		}
	})
	p.open(origin + "/" + page)
}
