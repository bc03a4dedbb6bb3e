(function () {
  var d = document, table = d.querySelector('[data-list]');
  if (!table) return;
  var rows = [].slice.call(table.tBodies[0].rows), at = -1;
  function move(n) {
    if (at >= 0) rows[at].classList.remove('cur');
    at = Math.max(0, Math.min(rows.length - 1, n));
    rows[at].classList.add('cur');
    rows[at].querySelector('a').focus();
  }
  d.addEventListener('keydown', function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
    if (e.key === 'j') move(at + 1);
    else if (e.key === 'k') move(at - 1);
    else if (e.key === 'c') d.getElementById('claim').click();
    else if (e.key === '/') { e.preventDefault(); d.getElementById('q').focus(); }
  });
})();
