// Keeps a report that could not be sent, with its key and its own time, until there is a receipt for it.
(function () {
  "use strict";
  var place = document.getElementById("unsent");
  if (!place || !window.fetch || !window.AbortController) return;
  var NAME = "allclear-unsent", AHEAD = "allclear-ahead", EVERY = 15000, PATIENCE = 60000;
  var list = place.querySelector("ul"), shout = place.querySelector(".shout-here");
  var underway = {}, told = [];
  // Where several units report, what waits says for which.
  var unit = document.querySelector("[data-of]");
  var whose = unit ? unit.getAttribute("data-of") + " · " : "";

  function read() {
    try { return JSON.parse(localStorage.getItem(NAME)) || []; } catch (error) { return []; }
  }
  // Tells whether it could be kept: a browser may forbid it, or have no room.
  function write(items) {
    try { localStorage.setItem(NAME, JSON.stringify(items)); return true; } catch (error) { return false; }
  }
  function find(uuid) {
    return read().filter(function (item) { return item.uuid === uuid; })[0];
  }
  function change(uuid, how) {
    write(read().map(function (item) { if (item.uuid === uuid) how(item); return item; }));
  }
  function drop(uuid) {
    write(read().filter(function (item) { return item.uuid !== uuid; }));
  }
  function word(name) { return place.getAttribute("data-" + name) || ""; }

  // How far the server's clock is ahead of this machine's, which may be years behind.
  function ahead() { return Number(localStorage.getItem(AHEAD)) || 0; }
  function now() { return Math.round(Date.now() + ahead()); }
  function local(ms) {
    var zone = Number(place.getAttribute("data-ahead")) * 1000;
    return new Date(ms + zone).toISOString();
  }
  var clock = document.querySelector("[data-clock]");
  var kept = document.documentElement.hasAttribute("data-kept");
  if (clock && !kept) {
    try { localStorage.setItem(AHEAD, Number(clock.getAttribute("data-clock")) - Date.now()); } catch (error) { return; }
  }

  // A page without a connection is one that was kept: its keys may be used up, and its day may be over.
  function freshKey() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var hex = Array.from(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
  if (kept) {
    var notice = document.getElementById("kept");
    if (clock) {
      notice.textContent = word("kept").replace("{time}", local(Number(clock.getAttribute("data-clock"))).slice(0, 16).replace("T", " "));
      notice.hidden = false;
      clock.setAttribute("data-clock", now());
    }
    document.querySelectorAll("input[name=uuid]").forEach(function (field) { field.value = freshKey(); });
    var occurred = document.getElementById("occurred");
    if (occurred && occurred.value === occurred.defaultValue) occurred.value = local(now()).slice(0, 16);
    document.querySelectorAll("input[name=day]").forEach(function (field) {
      if (field.value >= local(now()).slice(0, 10)) return;
      var over = document.createElement("p");
      over.className = "notice warn";
      over.textContent = word("over");
      field.form.replaceWith(over);
    });
  }

  function item(form) {
    var data = new URLSearchParams(new FormData(form));
    var uuid = data.get("uuid"), claimed = Number(data.get("claimed"));
    data.delete("form_token");
    data.delete("claimed");
    var kind = form.elements["class"];
    var option = kind && kind.selectedIndex > 0 ? kind.options[kind.selectedIndex].text : "";
    var urgent = data.get("urgent"), proposed = document.getElementById("urgent-proposed");
    return {
      uuid: uuid,
      action: form.getAttribute("action"),
      body: data.toString(),
      written: claimed || now(),
      // A report that is sent again says when it was written.
      tries: claimed ? 1 : 0,
      what: whose + form.getAttribute("data-what") + (option ? " · " + option : ""),
      urgent: urgent === "1" || (urgent === "" && !!proposed && !proposed.hidden),
      state: "waits"
    };
  }
  // Keeps it; the same again is what is kept already, and an edited page takes its place.
  function keep(made) {
    var items = read(), known = find(made.uuid);
    if (known && known.body === made.body) return known;
    items = items.filter(function (other) { return other.uuid !== made.uuid; }).concat(made);
    return write(items) ? made : null;
  }

  function body(kept) {
    var token = document.querySelector("input[name=form_token]");
    return kept.body + (token ? "&form_token=" + encodeURIComponent(token.value) : "") +
      (kept.tries > 0 ? "&claimed=" + kept.written : "");
  }
  function send(kept, pressed) {
    var uuid = kept.uuid, control = new AbortController();
    if (underway[uuid]) underway[uuid].abort();
    underway[uuid] = control;
    var wait = setTimeout(function () { control.abort(); }, PATIENCE);
    var sent = body(kept);
    change(uuid, function (one) { one.tries += 1; });
    function over() {
      clearTimeout(wait);
      var last = underway[uuid] === control;
      if (last) delete underway[uuid];
      return last;
    }
    return fetch(kept.action, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: sent,
      credentials: "same-origin",
      cache: "no-store",
      signal: control.signal
    }).then(function (answer) {
      return answer.text().then(function (text) {
        if (!over()) return false;
        return judge(kept, answer, text, pressed);
      });
    }).catch(function () {
      if (over()) lost(uuid);
      return false;
    });
  }
  // Only the page of a receipt is a receipt; a page that is not ours says nothing.
  function judge(kept, answer, text, pressed) {
    var at = new URL(answer.url, location.href);
    var receipt = /^\/receipt\/([0-9X-]+)$/.exec(at.pathname);
    if (answer.status === 200 && receipt && text.indexOf('data-receipt="' + receipt[1] + '"') > 0) {
      delivered(kept, at, receipt[1], text);
      return true;
    }
    var busy = answer.status >= 500 || answer.status === 408 || answer.status === 429;
    if (busy || text.indexOf("<html data-allclear") < 0) {
      lost(kept.uuid);
      return false;
    }
    // The service has something to ask or to say; its page says it better than a script.
    if (pressed) {
      drop(kept.uuid);
      openly(kept);
    } else {
      change(kept.uuid, function (one) { one.state = "asks"; });
      show();
    }
    return true;
  }
  function delivered(kept, at, number, text) {
    drop(kept.uuid);
    var own = document.querySelector('input[name=uuid][value="' + kept.uuid + '"]');
    if (own || document.querySelector("[data-desk]")) {
      prove(at, text);
      return;
    }
    told.push({ what: kept.what, address: at.pathname, number: number });
    show();
  }
  // Shows the receipt that came, at once: the link may be gone again before a second page is here.
  function prove(at, text) {
    var page = new DOMParser().parseFromString(text, "text/html"), main = page.querySelector("main");
    history.pushState(null, "", at.pathname + at.search);
    window.addEventListener("popstate", function () { location.reload(); });
    document.title = page.title;
    document.querySelector("main").replaceWith(document.adoptNode(main));
    window.scrollTo(0, 0);
    main.focus();
    (function settle() {
      fetch("/healthz", { cache: "no-store" }).then(function (answer) { if (answer.ok) location.reload(); })
        .catch(function () { setTimeout(settle, EVERY); });
    })();
  }
  function lost(uuid) {
    change(uuid, function (one) { one.state = "waits"; });
    document.querySelectorAll("form[data-report]").forEach(function (form) {
      if (form.elements.uuid && form.elements.uuid.value === uuid) {
        clearTimeout(form.wait);
        form.querySelector(".saying").hidden = true;
      }
    });
    show();
    place.scrollIntoView({ block: "start" });
  }
  // Sends it as a form, so that the answer is a page.
  function openly(kept) {
    var form = document.createElement("form");
    form.method = "post";
    form.action = kept.action;
    new URLSearchParams(body(kept)).forEach(function (value, name) {
      var field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      form.appendChild(field);
    });
    document.body.appendChild(form);
    form.submit();
  }

  function line(kept) {
    var row = document.createElement("li");
    var what = document.createElement("span");
    what.textContent = kept.what + " · " + word("written").replace("{time}", local(kept.written).slice(11, 16));
    var state = document.createElement("span");
    state.className = "mail-bad";
    state.textContent = word(kept.state === "asks" ? "asks" : kept.urgent ? "phone" : "waits");
    row.append(what, state);
    if (kept.state === "asks") {
      var acts = document.createElement("span");
      acts.append(button("look", function () { openly(kept); }), button("drop", function () { drop(kept.uuid); show(); }));
      row.append(acts);
    }
    return row;
  }
  function button(name, act) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "button plain";
    made.textContent = word(name);
    made.addEventListener("click", act);
    return made;
  }
  function thanks(one) {
    var row = document.createElement("li"), link = document.createElement("a");
    link.href = one.address;
    link.textContent = word("sent") + " " + one.number;
    row.append(one.what + " ", link);
    return row;
  }
  function show() {
    var items = read().filter(function (kept) { return kept.tries > 0 && !underway[kept.uuid]; });
    list.replaceChildren.apply(list, told.map(thanks).concat(items.map(line)));
    shout.hidden = !items.some(function (kept) { return kept.urgent; });
    place.querySelector(".waits-here").hidden = !items.length;
    place.hidden = !items.length && !told.length;
  }
  // One after the other, in the order in which they were written; without a connection there is no use in going on.
  function flush() {
    read().filter(function (kept) { return kept.state !== "asks" && !underway[kept.uuid]; })
      .reduce(function (before, kept) {
        return before.then(function (on) { return on && find(kept.uuid) ? send(find(kept.uuid), false) : on; });
      }, Promise.resolve(true));
  }

  document.addEventListener("submit", function (event) {
    var form = event.target, pressed = event.submitter;
    if (!form.hasAttribute("data-report") || (pressed && pressed.name)) return;
    var made = form.elements.uuid && keep(item(form));
    if (!made) return;
    event.preventDefault();
    send(made, true);
  });
  place.querySelector("[data-again]").addEventListener("click", flush);
  window.addEventListener("online", flush);
  setInterval(flush, EVERY);

  // A receipt on this page is the proof for its report.
  document.querySelectorAll("[data-receipt]").forEach(function (proof) { drop(proof.getAttribute("data-key")); });
  show();
  flush();

  // Where the browser allows it, the page itself opens without a connection too.
  if (window.isSecureContext && navigator.serviceWorker && document.querySelector("[data-desk]")) {
    navigator.serviceWorker.register("/worker.js").then(function () { return navigator.serviceWorker.ready; })
      .then(function (ready) { if (!navigator.serviceWorker.controller) ready.active.postMessage(location.href); })
      .catch(function () {});
  }
})();
