// On a shared computer a page goes away when nobody uses it any more. Two minutes before it says so and offers to stay; who types stays.
(function () {
  var d = document, body = d.body, limit = Number(body.dataset.leaveAfter) * 1000, used = Date.now(), asked = used, box = null;
  if (!limit) return;
  var stay = function () {
    used = Date.now();
    if (box) { box.remove(); box = null; }
    if (used - asked < 240000) return;
    asked = used;
    if (window.fetch) fetch(location.href, {credentials: 'same-origin'}); // keeps the session from ending
  };
  var warn = function () {
    box = d.createElement('div');
    var p = d.createElement('p'), b = d.createElement('button');
    box.className = 'banner owe leave';
    box.setAttribute('role', 'alert');
    p.textContent = body.dataset.leaveWords;
    b.className = 'btn';
    b.type = 'button';
    b.textContent = body.dataset.leaveStay;
    b.addEventListener('click', function () { asked = 0; stay(); });
    box.append(p, b);
    body.append(box);
  };
  ['input', 'click', 'keydown', 'scroll'].forEach(function (e) { d.addEventListener(e, function (ev) { if (!box || ev.type === 'input') stay(); }, {passive: true}); });
  setInterval(function () {
    var left = limit - (Date.now() - used);
    if (left <= 0) location.replace(body.dataset.leaveTo);
    else if (left <= 120000 && !box) warn();
  }, 5000);
})();
