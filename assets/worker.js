// Opens the desk without a connection: keeps its last page, the form of an incident and what they load, nothing else.
"use strict";
var STORE = "allclear-desk", PATIENCE = 15000;

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

function isDesk(path) { return path === "/" || path === "/desk" || path === "/desk/incident"; }

self.addEventListener("fetch", function (event) {
  var request = event.request, at = new URL(request.url);
  if (request.method !== "GET" || at.origin !== self.location.origin) return;
  if (at.pathname.indexOf("/assets/") === 0) {
    event.respondWith(caches.match(request).then(function (kept) { return kept || fetch(request); }));
  } else if (request.mode === "navigate" && isDesk(at.pathname)) {
    event.respondWith(page(request, at));
  } else if (request.mode === "navigate" && /^\/(signin|link|slip)/.test(at.pathname)) {
    // Whoever leaves, or another who comes, leaves nothing behind.
    event.waitUntil(caches.delete(STORE));
  }
});
self.addEventListener("message", function (event) {
  var at = new URL(event.data);
  if (at.origin !== self.location.origin || !isDesk(at.pathname)) return;
  event.waitUntil(fetch(at.href, { credentials: "same-origin" }).then(function (answer) { return keep(at, answer); }).then(function () {
    // Where several units report, the page that asks for which is kept too.
    var first = new URL("/desk", at);
    if (at.search) return fetch(first.href, { credentials: "same-origin" }).then(function (answer) { return keep(first, answer); });
  }));
});

function page(request, at) {
  var asked = fetch(request).then(function (answer) {
    return keep(at, answer.clone()).then(function () { return answer; }, function () { return answer; });
  });
  var slow = new Promise(function (resolve) { setTimeout(resolve, PATIENCE); }).then(function () { return null; });
  return Promise.race([asked, slow]).catch(function () { return null; }).then(function (answer) {
    return answer || kept(at).then(function (page) { return page || asked; });
  });
}

// The desk of a unit replaces what was kept of it before, and brings its forms along; those of others stay.
function keep(at, answer) {
  if (answer.status !== 200 || answer.redirected) return Promise.resolve();
  return answer.text().then(function (text) {
    return caches.open(STORE).then(function (store) {
      var wanted = [];
      text.replace(/(?:href|src)="(\/(?:assets\/|desk\/incident)[^"]*)"/g, function (all, path) {
        wanted.push(path.replace(/&amp;|&#38;/g, "&"));
      });
      var own = store.put(at.pathname + at.search, made(text));
      if (at.pathname !== "/desk") return own;
      // The first page is the desk itself, or the question for which unit: never the desk of one of several.
      var first = text.indexOf(" data-of=") < 0 ? store.put("/", made(text)) : own;
      var whose = wanted.map(unit).filter(Boolean);
      return Promise.all([own, first].concat(wanted.map(function (path) {
        return store.match(path).then(function (known) {
          return known || fetch(path, { credentials: "same-origin" }).then(function (got) {
            if (got.status === 200 && !got.redirected) return store.put(path, got);
          });
        });
      }))).then(function () { return store.keys(); }).then(function (keys) {
        return Promise.all(keys.map(function (key) {
          var path = new URL(key.url).pathname + new URL(key.url).search;
          var stays = path.indexOf("/assets/") < 0 && (path.indexOf("/desk/incident") < 0 || whose.indexOf(unit(path)) < 0);
          return stays || wanted.indexOf(path) >= 0 || store.delete(key);
        }));
      });
    });
  });
}
function unit(path) { return (/[?&]unit=(\d+)/.exec(path) || [])[1]; }
function made(text) {
  return new Response(text, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}
function kept(at) {
  return caches.open(STORE).then(function (store) {
    return store.match(at.pathname + at.search).then(function (found) { return found || (at.pathname === "/desk" ? store.match("/") : null); });
  }).then(function (found) {
    return found && found.text().then(function (text) {
      // The page says that it was kept, and loads nothing foreign now either.
      return new Response(text.replace("<html ", "<html data-kept "), { headers: {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
      } });
    });
  });
}
