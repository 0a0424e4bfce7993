// Improves pages; every page works without it.
(function () {
  "use strict";

  // A report under way: says so at once, and after 15 s that it may be sent again. The button is never disabled.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-report")) return;
    var saying = form.querySelector(".saying");
    if (!saying) return;
    saying.hidden = false;
    saying.className = "saying";
    saying.textContent = form.getAttribute("data-sending");
    clearTimeout(form.wait);
    form.wait = setTimeout(function () {
      saying.className = "saying late";
      saying.textContent = form.getAttribute("data-unconfirmed");
    }, 15000);
  });
  // A page that the Back button brings back is not sending anything.
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    document.querySelectorAll(".saying").forEach(function (saying) { saying.hidden = true; });
  });

  // Loads the page anew, but never away: not while something is sent, nor without a connection.
  function again() {
    if (document.querySelector(".saying:not([hidden])") || !window.fetch) return;
    fetch("/healthz", { cache: "no-store" }).then(function (answer) { if (answer.ok) location.reload(); }, function () {});
  }
  document.querySelectorAll("[data-refresh]").forEach(function (page) {
    setInterval(again, Number(page.getAttribute("data-refresh")) * 1000);
  });

  // The server's clock goes on.
  var clock = document.querySelector("[data-clock]");
  if (clock) {
    var ahead = Number(clock.getAttribute("data-ahead")) * 1000;
    var start = Number(clock.getAttribute("data-clock")) - performance.now();
    setInterval(function () {
      var local = new Date(start + performance.now() + ahead);
      clock.textContent = local.toISOString().slice(11, 19);
    }, 1000);
    // Once the deadline passes, the page shows it.
    document.querySelectorAll("[data-due]").forEach(function (left) {
      var wait = Number(left.getAttribute("data-due")) - start - performance.now();
      if (wait > 0 && wait < 86400000) setTimeout(again, wait + 500);
    });
  }

  // How much room is left in a text, in characters as people count them.
  document.querySelectorAll("[data-counter]").forEach(function (field) {
    var most = Number(field.getAttribute("data-counter"));
    var says = document.createElement("p");
    says.className = "hint num";
    field.insertAdjacentElement("afterend", says);
    function count() {
      var left = most - Array.from(field.value).length;
      says.textContent = field.getAttribute("data-left").replace("{n}", left);
      says.className = left < 0 ? "wrong num" : "hint num";
      says.hidden = left === most;
    }
    field.addEventListener("input", count);
    count();
  });

  // Says before it is sent that a class or a severity is urgent.
  var kind = document.getElementById("class");
  var grade = document.getElementById("severity");
  var proposed = document.getElementById("urgent-proposed");
  function grave(list) {
    var option = list && list.options[list.selectedIndex];
    return !!option && option.hasAttribute("data-urgent");
  }
  function propose() {
    var chosen = document.querySelector("input[name=urgent]:checked");
    proposed.hidden = !(chosen && chosen.value === "" && (grave(kind) || grave(grade)));
  }
  if (proposed) {
    document.addEventListener("change", propose);
    propose();
  }

  // What to do, for the class that was chosen.
  var here = document.getElementById("plan-here");
  var look = document.querySelector("[data-look]");
  var asked = 0;
  function show() {
    var turn = ++asked;
    var address = here.getAttribute("data-plan") + "?class=" + encodeURIComponent(kind.value) +
      "&severity=" + encodeURIComponent(grade ? grade.value : "");
    fetch(address, { credentials: "same-origin" }).then(function (answer) {
      return answer.status === 200 ? answer.text() : "";
    }).then(function (text) {
      if (turn === asked) here.innerHTML = text;
    }, function () {});
  }
  if (here && kind && window.fetch) {
    if (look) look.hidden = true;
    kind.addEventListener("change", show);
    if (grade) grade.addEventListener("change", show);
  }

  // What is wrong is read first.
  var summary = document.getElementById("summary");
  if (summary) summary.focus();
})();
