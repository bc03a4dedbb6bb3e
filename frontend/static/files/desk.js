(function () {
  var d = document, live = d.querySelector('[data-live]');

  // Live updates: a word that something changed; the list is fetched again unless somebody is in the middle of something.
  function busy() {
    var e = d.activeElement;
    return d.querySelector('main input:checked, main details[open], main dialog[open]') || (e && /^(INPUT|SELECT|TEXTAREA)$/.test(e.tagName)) || d.hidden;
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
  // Without live updates, as when Redis is away, the list is fetched once a minute, and they are asked for again.
  if (live && window.EventSource && window.fetch && window.DOMParser) {
    var source, timer = 0, connect = function () {
      source = new EventSource(live.getAttribute('data-live'));
      source.addEventListener('change', function () { clearTimeout(timer); timer = setTimeout(refresh, 800); });
      source.onerror = function () {
        if (source.readyState !== 2) return;
        setTimeout(function () { refresh(); connect(); }, 60000);
      };
    };
    connect();
    window.addEventListener('pagehide', function () { source.close(); });
  }

  // Single-letter keys; off on the account's page. On the way back from a case the list stands where it was left.
  var rows = [], current = -1;
  function kept(name, value) {
    try { if (value === undefined) return sessionStorage.getItem(name) || ''; sessionStorage.setItem(name, value); } catch (e) { return ''; }
  }
  function find(href) {
    rows = [].slice.call(d.querySelectorAll('[data-list] tbody tr'));
    current = -1;
    rows.forEach(function (r, i) { if (href && r.querySelector('a').getAttribute('href') === href) { current = i; r.classList.add('cur'); } });
  }
  var tabs = [].slice.call(d.querySelectorAll('[data-tabs] a'));
  if (tabs.length) kept('case', tabs[0].getAttribute('href'));
  find(kept('case'));
  if (rows.length) kept('list', location.pathname + location.search);
  if (current >= 0) rows[current].scrollIntoView({ block: 'nearest' });
  function help() { return d.querySelector('[data-keys-help]'); }
  if (!help()) return;
  function toggle() {
    var h = help();
    if (h.open) { if (h.close) h.close(); else h.removeAttribute('open'); return; }
    if (h.showModal) h.showModal(); else h.setAttribute('open', '');
  }
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
    q: function () { if (tabs.length) location.href = kept('list') || '/queue'; },
    '/': function () { var q = d.getElementById('q'); if (q) q.focus(); },
    '?': toggle
  };
  d.addEventListener('click', function (e) { if (e.target.closest && e.target.closest('[data-keys-open]')) toggle(); });
  d.addEventListener('keydown', function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) && e.target.type !== 'checkbox') { if (e.key === 'Escape') e.target.blur(); return; }
    if (help().open && e.key !== '?') return;
    if (keys[e.key]) { e.preventDefault(); keys[e.key](); return; }
    if (/^[1-9]$/.test(e.key) && tabs[e.key - 1]) { e.preventDefault(); tabs[e.key - 1].click(); }
  });
})();
