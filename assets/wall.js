// The wall: sends the key that stands behind the # of its link, shows what comes back, counts the seconds.
(function () {
  "use strict";
  var EVERY = 10000, STALE = 90000;
  var wall = document.getElementById("wall"), stale = document.getElementById("stale");
  var words = document.getElementById("stale-words");
  var fresh = Date.now(), ahead = 0, offset = 0, shown = false;

  function two(n) { return (n < 10 ? "0" : "") + n; }

  function tick() {
    var now = Date.now() + offset;
    var clock = document.getElementById("clock"), count = document.getElementById("countdown");
    if (clock) {
      var at = new Date(now + ahead * 1000);
      clock.textContent = two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()) + ":" + two(at.getUTCSeconds());
    }
    if (count) {
      var left = Math.floor(Math.abs(Number(count.dataset.to) - now) / 1000);
      count.textContent = two(Math.floor(left / 3600)) + ":" + two(Math.floor(left / 60) % 60) + ":" + two(left % 60);
    }
    var old = Date.now() - fresh;
    stale.hidden = !(shown && old >= STALE);
    if (!stale.hidden) words.textContent = words.dataset.words.replace("{n}", String(Math.floor(old / 1000)));
  }

  function put(text) {
    var page = new DOMParser().parseFromString(text, "text/html");
    wall.replaceChildren.apply(wall, Array.prototype.slice.call(document.adoptNode(page.body).childNodes));
    var now = document.getElementById("now");
    if (now) {
      offset = Number(now.dataset.now) - Date.now();
      ahead = Number(now.dataset.ahead);
    }
    shown = !!now;
    tick();
  }

  function ask() {
    var key = location.hash.slice(1);
    if (!/^[\w-]{1,100}$/.test(key)) {
      var lack = document.createElement("p");
      lack.className = "gone";
      lack.textContent = wall.dataset.noKey;
      wall.replaceChildren(lack);
      shown = false;
      return;
    }
    fetch("/wall/now", { headers: { "x-wall-key": key }, cache: "no-store", redirect: "error" })
      .then(function (response) {
        // A revoked link goes dark; a server that is in trouble leaves the last picture, which goes stale.
        if (!response.ok && response.status !== 401) return;
        return response.text().then(function (text) {
          fresh = Date.now();
          put(text);
        });
      })
      .catch(function () {});
  }

  ask();
  setInterval(ask, EVERY);
  setInterval(tick, 1000);
  window.addEventListener("hashchange", ask);
})();
