package main

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// ours makes short names for what is inside of a drop-down of the page.
const ours = `
	window.$ = (id) => typeof id !== 'string' ? id : document.getElementById(id) ?? document.querySelector(id);
	window.input = (id) => $(id).shadowRoot.querySelector('input');
	window.items = (id) => [...$(id).shadowRoot.querySelectorAll('li')];
	window.active = (id) => items(id).findIndex((item) => item.classList.contains('active'));
	window.found = (id, n) => items(id).length === n && active(id) === 0 && input(id).ariaBusy === 'false';
	window.isOpen = (id) => input(id).ariaExpanded === 'true' && $(id).shadowRoot.querySelector('.popup').matches(':popover-open');
	window.note = (id) => $(id).shadowRoot.querySelector('.note').textContent;
	window.told = (id) => $(id).shadowRoot.querySelector('.told').textContent;
	window.help = (id) => $(id).shadowRoot.querySelector('.help').textContent;
	window.focused = () => document.activeElement.id || document.activeElement.localName;
`

// tabTo presses Tab until something has the focus.
func (p *tab) tabTo(focused string) {
	p.Helper()
	for range 40 {
		p.press(kb.Tab)
		if eval[string](p, `return focused()`) == focused {
			return
		}
	}
	p.Fatalf("Tab does not come to %s", focused)
}

func dropDownByKeyboard(t *testing.T, p *tab) {
	p.example("drop-down.html")
	eval[bool](p, ours+`return true`)
	p.until(`input('patchbay-select').value === 'Dmitri Tanaka'`) // what was stored, in words
	p.tabTo("patchbay-select")
	p.press(kb.ArrowDown)
	p.until(`isOpen('patchbay-select') && items('patchbay-select').length === 50 && active('patchbay-select') === 6`)
	p.press(kb.PageDown, kb.ArrowUp)
	p.until(`active('patchbay-select') === 13`)
	p.press(kb.End)
	p.until(`active('patchbay-select') === 49`)
	p.press(kb.ArrowDown) // past the end: the next page
	p.until(`active('patchbay-select') === 50 && items('patchbay-select').length === 100`)
	p.press(kb.PageUp, kb.Home, kb.ArrowUp)
	p.until(`active('patchbay-select') === 0`)

	p.press("m", "a", "r")
	p.until(`input('patchbay-select').value === 'mar' && items('patchbay-select').every((item) => /mar/i.test(item.textContent)) && active('patchbay-select') === 0`)
	p.press("z", "z")
	p.until(`note('patchbay-select') === 'Nothing matches “marzz”'`)
	p.press(kb.Escape)
	p.until(`!isOpen('patchbay-select') && input('patchbay-select').value === 'Dmitri Tanaka'`)

	p.alt(kb.ArrowDown)
	p.until(`isOpen('patchbay-select') && active('patchbay-select') === 6`)
	p.alt(kb.ArrowUp)
	p.until(`!isOpen('patchbay-select')`)
	p.press(kb.ArrowDown)
	p.until(`isOpen('patchbay-select') && items('patchbay-select').length >= 50`)
	p.press(kb.ArrowDown, kb.Enter)
	p.until(`!isOpen('patchbay-select') && $('patchbay-select').value === '8'`)
	p.press(kb.Enter) // closed, it sends the form
	p.until(`document.querySelector('output').value === 'Elif Almeida is stored as 8'`)
	p.press(kb.ArrowDown)
	p.until(`isOpen('patchbay-select')`)
	p.press(kb.ArrowDown, kb.Tab) // leaving it takes what was walked to
	p.until(`$('patchbay-select').value === '9' && focused() === 'button'`)
	p.quiet()
}

func dropDownByMouse(t *testing.T, p *tab) {
	p.example("drop-down.html")
	eval[bool](p, ours+`return true`)
	p.click(inside("patchbay-select", ".control"))
	p.until(`isOpen('patchbay-select') && items('patchbay-select').length === 50`)
	p.shot("drop-down-open")
	await(t, "the wheel does not load more", func() bool {
		at := eval[[]float64](p, `const r = $('patchbay-select').shadowRoot.querySelector('.popup').getBoundingClientRect(); return [r.x + 20, r.y + r.height / 2]`)
		if _, err := chromedp.Call(p.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: input.DispatchMouseEventTypeMouseWheel, X: at[0], Y: at[1], DeltaX: 0.01, DeltaY: 1000,
		}); err != nil {
			t.Fatal(err)
		}
		return eval[bool](p, `return items('patchbay-select').length >= 100`)
	})
	p.click(`items('patchbay-select')[60]`)
	p.until(`!isOpen('patchbay-select') && focused() === 'patchbay-select'`)
	p.click(`document.querySelector('form button')`)
	p.until(`document.querySelector('output').value === $('patchbay-select').option.text + ' is stored as ' + $('patchbay-select').value`)
	// A click outside closes it, and leaves the choice.
	p.click(inside("patchbay-select", "[part=toggle]"))
	p.until(`isOpen('patchbay-select')`)
	p.click(`document.querySelector('h1')`)
	p.until(`!isOpen('patchbay-select')`)
	p.quiet()
}

func dropDownGoesWrong(t *testing.T, p *tab) {
	app := p.serve(map[string]any{"credentials": []string{"sandbox-jira"}},
		`<patchbay-select id="people" label="Person" connector="slack" operation="list_users_ddl" credential-id="sandbox-slack"></patchbay-select>`)
	eval[bool](p, ours+`window.errors = []; document.addEventListener('patchbay-error', ({ detail }) => errors.push(detail.reason ?? detail.code));
		usePatchbay(createPatchbay({ getToken })); return true`)
	p.press(kb.Tab, kb.ArrowDown)
	p.until(`isOpen('people') && note('people').endsWith('Try again')`)
	expect(p, `return errors.at(-1) + ', ' + told('people').endsWith('Press Enter to try again.')`, "credential_not_allowed, true")
	p.shot("drop-down-error")

	// Another client, another list; one that fails at first.
	app.allow("credentials", []string{"sandbox-slack"})
	eval[bool](p, `window.isBroken = true;
		const broken = () => new Response('{"code":"internal","detail":"it broke"}', { status: 500 });
		usePatchbay(createPatchbay({ getToken, fetch: (...request) => isBroken ? broken() : fetch(...request) })); return true`)
	p.until(`note('people') === 'It brokeTry again'`)
	p.press(kb.Enter)
	p.until(`errors.filter((code) => code === 'internal').length === 2`)
	eval[bool](p, `window.isBroken = false; return true`)
	p.press(kb.Enter)
	p.until(`items('people').length === 6 && note('people') === '' && told('people') === '6 options'`)
	p.press("x", "q", "z")
	p.until(`told('people') === 'Nothing matches “xqz”'`)
	p.press(kb.Escape)

	// With the mouse as well.
	eval[bool](p, `window.isBroken = true; $('people').inputs = { limit: 50 }; return true`)
	p.click(inside("patchbay-select", ".control"))
	p.until(`note('people').endsWith('Try again')`)
	eval[bool](p, `window.isBroken = false; return true`)
	p.click(inside("patchbay-select", "[part=retry]"))
	p.until(`items('people').length === 6`)
}

func dropDownInAForm(t *testing.T, p *tab) {
	p.serve(nil, `<form id="form"><fieldset id="set">
		<label for="stage">Stage of the prospect</label>
		<patchbay-select id="stage" name="stage" connector="outreach" operation="list_stages_ddl" credential-id="sandbox-outreach" required></patchbay-select>
		<patchbay-select id="project" name="project" label="Project" connector="jira" operation="list_projects_ddl" credential-id="sandbox-jira" value="OPS"></patchbay-select>
		<patchbay-select id="gone" name="gone" label="Gone" connector="jira" operation="list_projects_ddl" credential-id="sandbox-jira" value="GONE" allow-custom></patchbay-select>
		</fieldset></form>`)
	eval[bool](p, ours+`usePatchbay(createPatchbay({ getToken }), { texts: { gone: 'Nicht mehr da.', clear: 'Leeren' } });
		window.data = () => Object.fromEntries(new FormData($('form')));
		window.changes = []; document.addEventListener('change', ({ target }) => changes.push(target.id + '=' + target.value));
		return true`)
	p.until(`input('project').value === 'Operations (OPS)' && help('gone') === 'Nicht mehr da.'`)
	expect(p, `return data()`, map[string]string{"project": "OPS", "gone": "GONE"})
	expect(p, `return [$('form').checkValidity(), $('stage').validity.valueMissing, $('form').elements.length, input('stage').ariaLabel, $('project').option.text].join()`,
		"false,true,4,Stage of the prospect,Operations (OPS)")
	expect(p, `return [help('stage'), input('stage').ariaInvalid].join()`, "Choose an option.,true")

	p.click(`document.querySelector('label')`)
	p.until(`focused() === 'stage'`)
	p.press("q", "u", "a")
	p.until(`found('stage', items('stage').length) && items('stage')[0].textContent === 'Qualified'`)
	p.press(kb.Enter)
	expect(p, `return [JSON.stringify(data()), $('form').checkValidity(), help('stage'), typeof $('stage').option.value].join()`,
		`{"stage":"2","project":"OPS","gone":"GONE"},true,,number`)

	// Emptied by its button, or by deleting its text; the very text of an option chooses it; any other is forgotten, or kept if it may be.
	p.click(`$('project').shadowRoot.querySelector('[part=clear]')`)
	p.until(`$('project').value === ''`)
	p.press("d", "e", "v")
	p.until(`found('project', 1)`)
	p.press(kb.Escape, "n", "o", "n", "e")
	p.until(`note('project').startsWith('Nothing matches')`)
	p.press(kb.Tab)
	p.until(`focused() === 'gone' && input('project').value === ''`)
	p.press("m", "i", "n", "e")
	p.until(`note('gone').startsWith('Nothing matches')`)
	p.press(kb.Enter)
	expect(p, `return [$('gone').value, changes.join(' ')].join()`, "mine,stage=2 project= gone=mine")

	expect(p, `$('form').reset(); await new Promise((go) => setTimeout(go)); return [$('stage').value, $('project').value, $('gone').value].join()`, ",OPS,GONE")
	expect(p, `$('set').disabled = true; return [input('stage').disabled, JSON.stringify(data()), $('stage').matches(':disabled')].join()`, "true,{},true")
	p.click(inside("#project", ".control"))
	expect(p, `return isOpen('project')`, false)
	p.quiet()
}

// dropDownOfThePage shows options of the page's own, among styles that are not ours.
func dropDownOfThePage(t *testing.T, p *tab) {
	p.serve(nil, `<style>li, input, button, label { color: rgb(255, 0, 0) !important; padding: 50px !important } :root { --patchbay-accent: rgb(1, 2, 3) }
		patchbay-select::part(input) { letter-spacing: 3px }</style>
		<div dir="rtl" style="color-scheme: dark; margin: 300px 40px 0; inline-size: 300px; overflow: hidden">
		<patchbay-select id="size" label="حجم" placeholder="اختر"></patchbay-select></div>`)
	eval[bool](p, ours+`$('size').options = ['S', 'M', { text: 'Large', value: 3, hint: 'L' }, true]; return true`)
	expect(p, `return [$('size').options.length, $('size').options[0].text, typeof $('size').options[3].value].join()`, "4,S,boolean")
	p.click(inside("patchbay-select", ".control"))
	p.until(`isOpen('size') && items('size').length === 4`)
	expect(p, `const of = (e) => getComputedStyle(e);
		return [of(input('size')).color !== 'rgb(255, 0, 0)', of(items('size')[0]).paddingTop !== '50px', of(input('size')).letterSpacing, of(items('size')[0]).direction].join()`,
		"true,true,3px,rtl")
	// It is not cut off by the box around it.
	expect(p, `const popup = $('size').shadowRoot.querySelector('.popup').getBoundingClientRect(); const box = $('size').parentElement.getBoundingClientRect();
		return popup.bottom > box.bottom || popup.top < box.top`, true)
	p.shot("drop-down-rtl-dark")
	p.press("l", "a")
	p.until(`found('size', 1)`)
	p.press(kb.Enter)
	expect(p, `return [$('size').value, $('size').option.value === 3].join()`, "3,true")
	expect(p, `$('size').value = true; await new Promise((go) => setTimeout(go)); return input('size').value`, "true")
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
	}); err != nil {
		t.Fatal(err)
	}
	expect(p, `return getComputedStyle($('size').shadowRoot.querySelector('.spinner')).animationName`, "none")
	expect(p, `$('size').remove(); return document.querySelectorAll(':popover-open').length`, 0)
	p.quiet()
}
