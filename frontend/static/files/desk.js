(function () {
  var d = document;
  var q = d.querySelector('[data-queue]');
  if (q) {
    var on = d.getElementById('kbd-on'), rows = [].slice.call(q.tBodies[0].rows), cur = -1, say = d.getElementById('say');
    if (localStorage.getItem('kbd') === '0') on.checked = false;
    on.addEventListener('change', function () { localStorage.setItem('kbd', on.checked ? '1' : '0'); });
    var move = function (n) {
      if (cur >= 0) rows[cur].classList.remove('cur');
      cur = Math.max(0, Math.min(rows.length - 1, n));
      rows[cur].classList.add('cur'); rows[cur].querySelector('a').focus();
    };
    d.addEventListener('keydown', function (e) {
      if (!on.checked || e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) && e.target.type !== 'checkbox') return;
      if (e.key === 'j') move(cur + 1);
      else if (e.key === 'k') move(cur - 1);
      else if (e.key === 'x' && cur >= 0) { var c = rows[cur].querySelector('input'); c.checked = !c.checked; count(); }
      else if (e.key === '/') { e.preventDefault(); d.getElementById('q').focus(); }
      else if (e.key === '?') { var h = d.getElementById('kbd-help'); h.open = true; h.querySelector('summary').focus(); }
    });
    var all = d.getElementById('all'), count = function () {
      var n = rows.filter(function (x) { return x.querySelector('input').checked; }).length;
      all.indeterminate = n > 0 && n < rows.length; all.checked = n === rows.length;
      say.textContent = say.dataset.t.replace('%d', n);
    };
    all.addEventListener('change', function () { rows.forEach(function (x) { x.querySelector('input').checked = all.checked; }); count(); });
    q.addEventListener('change', function (e) { if (e.target !== all) count(); });
  }
})();
