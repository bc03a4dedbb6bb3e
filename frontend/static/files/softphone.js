// The soft phone's page without reloading: the same forms, answered as JSON; keys from the keyboard; the browser's voice; the microphone.
(() => {
  const phone = document.querySelector('.phone'), heard = document.getElementById('heard'), aloud = document.getElementById('aloud');
  if (!phone || !window.fetch) return;
  const errors = document.getElementById('phone-error'), status = document.getElementById('phone-status');
  const keyboard = document.getElementById('keyboard');

  const show = (v) => {
    const known = v.heard.length < heard.children.length ? 0 : heard.children.length;
    if (known === 0) heard.replaceChildren();
    v.heard.slice(known).forEach((line) => {
      const li = document.createElement('li');
      li.textContent = line.text;
      if (line.lang) li.lang = line.lang;
      heard.append(li);
      speak(line);
    });
    heard.scrollTop = heard.scrollHeight;
    phone.dataset.inCall = v.inCall;
    phone.dataset.awaits = v.awaits;
    phone.dataset.wait = v.wait;
    status.textContent = v.status;
    runTime();
    errors.replaceChildren();
    if (v.error) {
      const box = document.createElement('div'), p = document.createElement('p');
      box.className = 'banner owe';
      box.setAttribute('role', 'alert');
      p.textContent = v.error;
      box.append(p);
      errors.append(box);
    }
  };

  // What is done quickly one after another is done in turn: no key is lost.
  let turn = Promise.resolve();
  const post = (path, body, headers) => turn = turn.then(() => send(path, body, headers)).catch(() => {});
  const send = async (path, body, headers) => {
    phone.setAttribute('aria-busy', 'true');
    if (window.speechSynthesis) speechSynthesis.cancel(); // pressing a key interrupts, as on a telephone
    try {
      const reply = await fetch(path, {method: 'POST', body, headers: {Accept: 'application/json', ...headers}});
      if (reply.ok) show(await reply.json());
    } finally {
      phone.removeAttribute('aria-busy');
    }
  };

  phone.addEventListener('submit', (e) => {
    e.preventDefault();
    const form = e.target, data = new FormData(form, e.submitter);
    if (form.getAttribute('action') === '/press' || form.getAttribute('action') === '/say') {
      post(form.action, new URLSearchParams(data)).then(() => form.reset());
    } else {
      post(form.action, data);
    }
  });

  document.addEventListener('keydown', (e) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName) && document.activeElement.type !== 'checkbox';
    if (!keyboard.checked || typing || e.ctrlKey || e.altKey || e.metaKey || phone.dataset.inCall !== 'true' || !/^[0-9*#]$/.test(e.key)) return;
    e.preventDefault();
    post('/press', new URLSearchParams({key: e.key}));
  });

  // Time that runs out, as on a real telephone: it begins when everything has been said.
  const clock = document.getElementById('clock');
  let timer = null;
  const runTime = () => {
    clearTimeout(timer);
    if (!clock.checked || phone.dataset.inCall !== 'true' || !(phone.dataset.wait > 0)) return;
    if (window.speechSynthesis && speechSynthesis.speaking) { timer = setTimeout(runTime, 500); return; }
    timer = setTimeout(() => post('/silence', new URLSearchParams()), phone.dataset.wait * 1000);
  };
  document.getElementById('clock-choice').hidden = false;
  document.getElementById('keyboard-choice').hidden = false;
  clock.addEventListener('change', runTime);

  // The agents' telephone rings by itself.
  const agent = document.getElementById('agent-phone');
  let shown = '';
  setInterval(async () => {
    if (document.hidden || !agent || agent.contains(document.activeElement)) return;
    const reply = await fetch('/agent-phone').catch(() => null);
    if (!reply || !reply.ok) return;
    const text = await reply.text();
    if (text !== shown) { shown = text; agent.innerHTML = text; }
  }, 3000);

  const speak = (line) => {
    if (!aloud.checked || !line.lang || !window.speechSynthesis) return;
    const words = new SpeechSynthesisUtterance(line.text);
    words.lang = line.lang;
    speechSynthesis.speak(words);
  };
  if (window.speechSynthesis) {
    document.getElementById('aloud-choice').hidden = false;
    aloud.addEventListener('change', () => { if (!aloud.checked) speechSynthesis.cancel(); });
  }

  // Telephone sound: one channel, 16 bits.
  const wav = (chunks, rate) => {
    const samples = chunks.reduce((n, c) => n + c.length, 0), view = new DataView(new ArrayBuffer(44 + 2 * samples));
    const text = (at, s) => [...s].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
    text(0, 'RIFF'); view.setUint32(4, 36 + 2 * samples, true); text(8, 'WAVEfmt ');
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    text(36, 'data'); view.setUint32(40, 2 * samples, true);
    let at = 44;
    chunks.forEach((c) => c.forEach((x) => { view.setInt16(at, Math.max(-1, Math.min(1, x)) * 32767, true); at += 2; }));
    return view.buffer;
  };
  const form = phone.querySelector('form[action="/record"]');
  if (form && navigator.mediaDevices && window.AudioContext) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn';
    button.textContent = form.dataset.start;
    form.append(button);
    let stop = null;
    button.addEventListener('click', async () => {
      if (stop) return stop();
      let stream;
      try { stream = await navigator.mediaDevices.getUserMedia({audio: true}); } catch { return; } // refused: the file and the tone remain
      const context = new AudioContext({sampleRate: 16000}), source = context.createMediaStreamSource(stream), tap = context.createScriptProcessor(4096, 1, 1), chunks = [];
      tap.onaudioprocess = (e) => chunks.push(new Float32Array(e.inputBuffer.getChannelData(0)));
      source.connect(tap);
      tap.connect(context.destination);
      button.textContent = form.dataset.stop;
      const timer = setTimeout(() => stop && stop(), 180000);
      stop = () => {
        clearTimeout(timer);
        stop = null;
        button.textContent = form.dataset.start;
        tap.disconnect();
        stream.getTracks().forEach((t) => t.stop());
        const rate = context.sampleRate;
        context.close();
        post('/record', wav(chunks, rate), {'Content-Type': 'audio/wav'});
      };
    });
  }
})();
