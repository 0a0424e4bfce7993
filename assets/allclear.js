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
      if (wait > 0 && wait < 86400000) {
        setTimeout(function () { if (!document.querySelector(".saying:not([hidden])")) location.reload(); }, wait + 500);
      }
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

  // A grave kind of incident ticks the box, visibly; whoever reports may untick it.
  var kind = document.getElementById("class");
  var urgent = document.getElementById("urgent");
  var proposed = document.getElementById("urgent-proposed");
  if (kind && urgent && proposed) {
    var touched = urgent.checked;
    urgent.addEventListener("change", function () { touched = true; proposed.hidden = true; });
    kind.addEventListener("change", function () {
      if (touched) return;
      var option = kind.options[kind.selectedIndex];
      urgent.checked = option.hasAttribute("data-urgent");
      proposed.hidden = !urgent.checked;
    });
  }

  // What is wrong is read first.
  var summary = document.getElementById("summary");
  if (summary) summary.focus();
})();
