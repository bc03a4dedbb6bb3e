(function () {
  var d = document, r = d.documentElement;
  r.classList.add('js');
  // Error summary gets focus after a failed POST.
  var es = d.querySelector('.errsum'); if (es) es.focus();
  d.addEventListener('click', function (e) {
    var b = e.target.closest && e.target.closest('[data-do]'); if (!b) return;
    if (b.dataset.do === 'print') window.print();
    if (b.dataset.do === 'copy') {
      var t = d.getElementById(b.dataset.from).textContent.trim(), out = d.getElementById(b.dataset.out);
      var ok = function () { out.textContent = out.dataset.ok; };
      if (navigator.clipboard) navigator.clipboard.writeText(t).then(ok, function () { out.textContent = out.dataset.bad; });
      else { var s = getSelection(), g = d.createRange(); g.selectNodeContents(d.getElementById(b.dataset.from)); s.removeAllRanges(); s.addRange(g); out.textContent = d.execCommand('copy') ? out.dataset.ok : out.dataset.bad; }
    }
  });
})();
