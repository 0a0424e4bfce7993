// Keeps a page of the duty office fresh: asks quietly, changes only what changed, never takes focus or scroll.
(function () {
  "use strict";
  var live = document.getElementById("live");
  if (!live || !window.fetch || !window.DOMParser) return;
  var stale = document.getElementById("stale");
  var EVERY = 10000, STALE = 90000;
  var tag = "", fresh = Date.now();

  function isBusy() {
    var at = document.activeElement;
    var typing = at && live.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) && at.type !== "checkbox";
    var chosen = String(window.getSelection ? window.getSelection() : "") !== "";
    return typing || chosen;
  }

  function put(text) {
    var page = new DOMParser().parseFromString(text, "text/html");
    var next = page.getElementById("live");
    if (!next) return;
    var folds = {}, ticks = {};
    live.querySelectorAll("details[id]").forEach(function (d) { folds[d.id] = d.open; });
    live.querySelectorAll("input[type=checkbox]:checked").forEach(function (box) { ticks[box.id] = true; });
    var focus = document.activeElement && live.contains(document.activeElement) ? document.activeElement : null;
    var id = focus && focus.id, href = focus && focus.getAttribute("href");
    next.querySelectorAll("details[id]").forEach(function (d) { if (d.id in folds) d.open = folds[d.id]; });
    next.querySelectorAll("input[type=checkbox]").forEach(function (box) { if (ticks[box.id]) box.checked = true; });
    var x = window.scrollX, y = window.scrollY;
    live.replaceChildren.apply(live, Array.prototype.slice.call(document.adoptNode(next).childNodes));
    if (id || href) {
      var same = id ? document.getElementById(id) : Array.prototype.find.call(
        live.querySelectorAll("a[href]"), function (a) { return a.getAttribute("href") === href; });
      if (same) same.focus({ preventScroll: true });
    }
    window.scrollTo(x, y);
    // The tab says how many are missing.
    if (page.title) document.title = page.title;
  }

  function mark(response) {
    fresh = Date.now();
    if (stale) stale.hidden = true;
    var said = response.headers.get("x-as-of");
    if (!said) return;
    document.querySelectorAll("#as-of, [data-as-of]").forEach(function (place) {
      place.textContent = decodeURIComponent(said);
    });
  }

  function ask() {
    if (Date.now() - fresh > STALE && stale) stale.hidden = false;
    if (document.hidden || isBusy()) return;
    fetch(live.dataset.live, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", redirect: "error" })
      .then(function (response) {
        if (response.status === 304) { mark(response); return; }
        if (!response.ok) return;
        return response.text().then(function (text) {
          if (isBusy()) return;
          tag = response.headers.get("etag") || "";
          put(text);
          mark(response);
        });
      })
      .catch(function () {});
  }

  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) ask(); });

  // Keys: / finds, j and k go from unit to unit, Enter opens (it is a link), ? shows this.
  var help = document.getElementById("keys"), button = document.querySelector("[data-keys]");
  if (button) button.hidden = false;

  function showHelp(on) {
    if (!help) return;
    help.hidden = !on;
    if (button) button.setAttribute("aria-expanded", String(on));
  }

  function step(by) {
    var links = Array.prototype.filter.call(live.querySelectorAll(".rows .who a[href^='/board/unit/']"),
      function (link) { return link.offsetParent !== null; });
    if (!links.length) return;
    var at = document.activeElement;
    var row = at && at.closest ? at.closest(".rows tr") : null;
    var place = row ? links.indexOf(row.querySelector(".who a[href^='/board/unit/']")) : -1;
    var next = place < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(place + by, 0), links.length - 1);
    links[next].focus();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { showHelp(false); return; }
    var at = document.activeElement;
    if (at && (/^(SELECT|TEXTAREA)$/.test(at.tagName) || at.tagName === "INPUT" && at.type !== "checkbox")) return;
    if (event.key === "/") {
      var find = document.querySelector("[data-slash]");
      if (find) { event.preventDefault(); find.focus(); find.select(); }
    } else if (event.key === "j") {
      step(1);
    } else if (event.key === "k") {
      step(-1);
    } else if (event.key === "?") {
      showHelp(help && help.hidden);
    }
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-keys]")) showHelp(help && help.hidden);
  });
})();
