package pagetest

import (
	"strings"
	"testing"
)

const good = `<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>t</title></head><body><a href="#main">s</a><main id="main"><h1>a</h1><p>b <span>c</span><br/></p>
<form><label for="x">x</label><input id="x"><input type="hidden" name="y"><button>go</button></form><ul><li>a</li></ul><table><caption>c</caption><tbody><tr><th scope="row">a</th><td>b</td></tr></tbody></table>
<svg role="img" aria-labelledby="t"><title id="t">t</title><use href="/i.svg#a"></use></svg><h2>d</h2><dl><dt>a</dt><dd>b</dd></dl></main></body></html>`

func TestAGoodPageHasNoFaults(t *testing.T) {
	if faults := Faults(good); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestEachFaultIsFound(t *testing.T) {
	for want, change := range map[string][2]string{
		`id "main" stands twice`:          {`<h1>`, `<h1 id="main">`},
		`</main> closes <p>`:              {`<br/></p>`, `<br/>`},
		`<div> inside <p>`:                {`<span>c</span>`, `<div>c</div>`},
		`</span> closes <b>`:              {`<span>c</span>`, `<span><b>c</span></b>`},
		`field "x" has no label`:          {`for="x"`, `for="main"`},
		`leads to "z", which is not`:      {`for="x"`, `for="z"`},
		`<button> inside <button>`:        {`>go<`, `><button>go</button><`},
		`<div> in <ul>`:                   {`<li>a</li>`, `<li>a</li><div></div>`},
		`text "b" in <tr>`:                {`</td>`, `</td>b`},
		`<h3> follows a heading`:          {`<h2>d</h2>`, `<h3>d</h3>`},
		`0 <h1>`:                          {`<h1>a</h1>`, ``},
		`<h1> has style`:                  {`<h1>`, `<h1 style="color:red">`},
		`<html> without lang`:             {` lang="zh-CN"`, ``},
		`<img> without alt`:               {`<span>c</span>`, `<img src="a">`},
		`<input name="y"> has no label`:   {`type="hidden" name="y"`, `name="y"`},
		`<form> inside <form>`:            {`<button>go`, `<form></form><button>go`},
		`</i> closes nothing`:             {`</html>`, `</html></i>`},
		`<td> in <ul>`:                    {`<li>a</li>`, `<td>a</td>`},
		`a href leads to "gone"`:          {`#main`, `#gone`},
		`svg aria-labelledby leads to "u`: {`aria-labelledby="t"`, `aria-labelledby="u"`},
	} {
		page := strings.Replace(good, change[0], change[1], 1)
		if page == good || !strings.Contains(strings.Join(Faults(page), "\n"), want) {
			t.Errorf("%s: not found in %v", want, Faults(page))
		}
	}
}
