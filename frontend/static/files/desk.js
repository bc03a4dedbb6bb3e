(function () {
  var d = document, live = d.querySelector('[data-live]');

  // Live updates: a word that something changed; the list is fetched again unless somebody is in the middle of something.
  function busy() {
    var e = d.activeElement;
    return d.querySelector('main input:checked, main details[open]') || (e && /^(INPUT|SELECT|TEXTAREA)$/.test(e.tagName)) || d.hidden;
  }
  function refresh() {
    if (busy()) { live.hidden = false; return; }
    fetch(location.href, { credentials: 'same-origin' }).then(function (r) {
      if (!r.ok || r.redirected) throw new Error('no page');
      return r.text();
    }).then(function (text) {
      var page = new DOMParser().parseFromString(text, 'text/html'), old = d.querySelector('main'), fresh = page.querySelector('main');
      if (busy() || !fresh) { live.hidden = false; return; }
      var at = current >= 0 && rows[current] ? rows[current].querySelector('a').getAttribute('href') : '';
      var focused = old.contains(d.activeElement) && d.activeElement.id;
      old.innerHTML = fresh.innerHTML;
      live = d.querySelector('[data-live]');
      find(at);
      if (focused && d.getElementById(focused)) d.getElementById(focused).focus();
    }).catch(function () { live.hidden = false; });
  }
  if (live && window.EventSource && window.fetch && window.DOMParser) {
    var source = new EventSource(live.getAttribute('data-live')), timer = 0;
    source.addEventListener('change', function () { clearTimeout(timer); timer = setTimeout(refresh, 800); });
    window.addEventListener('pagehide', function () { source.close(); });
  }

  // Single-letter keys; off on the account's page.
  var rows = [], current = -1;
  function find(href) {
    rows = [].slice.call(d.querySelectorAll('[data-list] tbody tr'));
    current = -1;
    rows.forEach(function (r, i) { if (href && r.querySelector('a').getAttribute('href') === href) { current = i; r.classList.add('cur'); } });
  }
  find('');
  if (!d.querySelector('[data-keys-help]')) return;
  function move(n) {
    if (!rows.length) return;
    if (current >= 0) rows[current].classList.remove('cur');
    current = Math.max(0, Math.min(rows.length - 1, n));
    rows[current].classList.add('cur');
    rows[current].querySelector('a').focus();
  }
  var keys = {
    j: function () { move(current + 1); },
    k: function () { move(current - 1); },
    x: function () { var box = current >= 0 && rows[current].querySelector('input[type=checkbox]'); if (box) box.checked = !box.checked; },
    c: function () { var b = d.getElementById('claim'); if (b) b.click(); },
    e: function () { var s = d.querySelector('#bulk details'); if (s) { s.open = true; s.querySelector('select').focus(); } },
    '/': function () { var q = d.getElementById('q'); if (q) q.focus(); },
    '?': function () { var h = d.querySelector('[data-keys-help]'); if (h) { h.setAttribute('tabindex', '-1'); h.focus(); h.scrollIntoView(); } }
  };
  d.addEventListener('keydown', function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) && e.target.type !== 'checkbox') return;
    if (keys[e.key]) { e.preventDefault(); keys[e.key](); }
  });
})();
