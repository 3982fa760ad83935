// The only script. Everything works without it; with it, a page stays where it is while one writes, a room shows what
// is said as it is said, and three taps on Shift close everything. It asks this site only, keeps nothing in the
// browser, and puts no text anywhere that the site did not render.
"use strict";
(function () {
  var say = document.getElementById("say");
  var stream = null;
  var pressed = null;

  // Closing: Shift three times within two seconds, nothing in between.
  var taps = [];
  document.addEventListener("keydown", function (key) {
    if (key.repeat) return;
    if (key.key !== "Shift") { taps = []; return; }
    var now = Date.now();
    taps = taps.filter(function (at) { return now - at < 2000; }).concat(now);
    if (taps.length === 3) {
      document.body.hidden = true;
      document.forms[0].submit(); // the close button is the first form of every page
    }
  });

  // Copying what stands on the page whole, the link of an invitation. Every phone knows this way, the newer one not.
  document.querySelectorAll("[data-copy]").forEach(function (place) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = place.getAttribute("data-look");
    button.textContent = place.getAttribute("data-copy");
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", function () {
      window.getSelection().selectAllChildren(place);
      if (document.execCommand("copy")) button.textContent = place.getAttribute("data-copied");
    });
    place.insertAdjacentElement("afterend", button);
  });

  if (!say || !window.fetch || !window.DOMParser || !window.URLSearchParams) return;

  function fields(button) {
    var sent = new URLSearchParams(new FormData(say));
    if (button && button.name) sent.append(button.name, button.value);
    return sent;
  }

  function list() { return document.getElementById("said"); }

  function atEnd() {
    return window.innerHeight + window.pageYOffset > document.documentElement.scrollHeight - 240;
  }

  function toEnd() {
    var end = document.getElementById("end");
    if (end) end.scrollIntoView({ block: "end" });
  }

  // Posting in place: the same form, the same answer, only the middle of the page is exchanged.
  function post(button) {
    var quiet = stream !== null && /^(send|with_you|me_too|thanks|laugh)/.test(button.value || "");
    button.disabled = true;
    pressed = button;
    fetch(say.action, {
      method: "POST",
      body: fields(button),
      credentials: "same-origin",
      headers: quiet ? { "X-Quiet": "1" } : {}
    }).then(function (answer) {
      if (answer.status === 204) { sent(button); return null; }
      if (answer.status === 410) { say.submit(); return null; } // the talk has ended: the page that gives the words back
      return answer.text().then(function (text) { exchange(answer, text, button); });
    }).catch(function () {
      button.disabled = false;
    });
  }

  function sent(button) {
    button.disabled = false;
    if (button.value !== "send") return;
    var text = document.getElementById("text");
    text.value = "";
    text.removeAttribute("aria-invalid");
    var quoted = say.querySelector("input[name=quote]");
    if (quoted) window.location.reload();
    text.focus();
    toEnd();
  }

  // Who goes by keys stays where they were: on the button that they pressed as it stands now, or on its fold.
  function stay(button, place) {
    var same = place.querySelector("button[value='" + button.value + "']");
    var fold = same && same.closest("details:not([open])");
    if (fold) same = fold.querySelector("summary");
    if (same) same.focus({ preventScroll: true });
  }

  // What was unfolded to be read stays unfolded; its place in its part of the page tells it again. The fold of further
  // buttons closes over the one that was pressed.
  var kept = new WeakSet();
  function unfolded(place, button) {
    var folds = Array.from(place.querySelectorAll("details[open]"));
    return folds.filter(function (fold) { return !fold.contains(button) || fold.querySelector("[id]"); })
      .map(function (fold) {
        var part = fold.parentNode.closest("[id]");
        return [part.id, Array.from(part.querySelectorAll("details")).indexOf(fold)];
      });
  }

  function unfold(folds) {
    folds.forEach(function (which) {
      var part = document.getElementById(which[0]);
      var fold = part && part.querySelectorAll("details")[which[1]];
      if (!fold) return;
      fold.open = true;
      kept.add(fold);
    });
  }

  function exchange(answer, text, button) {
    var there = new URL(answer.url);
    var page = new DOMParser().parseFromString(text.replace(/<style[^]*?<\/style>/, ""), "text/html");
    if (!page.getElementById("say") || there.pathname !== window.location.pathname) {
      window.location.assign(answer.url);
      return;
    }
    var top = window.pageYOffset, folds = unfolded(document.getElementById("main"), button);
    document.getElementById("main").replaceWith(page.getElementById("main"));
    say = document.getElementById("say");
    if (answer.redirected) window.history.replaceState(null, "", answer.url);
    unfold(folds);
    stay(button, document.getElementById("main"));
    window.scrollTo(0, top);
    var box = say.querySelector("[autofocus]");
    var mark = there.hash && document.getElementById(there.hash.slice(1));
    if (box) box.focus();
    else if (mark) mark.scrollIntoView({ block: "nearest" });
    listen();
  }

  document.addEventListener("click", function (press) {
    var button = press.target.closest ? press.target.closest("button[name=do]") : null;
    if (!button || button.form !== say || /^open:/.test(button.value)) return;
    if (/^(retract|takedown)$/.test(button.value) || say.action !== actionOfTalk()) return;
    press.preventDefault();
    post(button);
  });

  // What unfolds at the lower edge comes into view.
  document.addEventListener("toggle", function (fold) {
    if (kept.has(fold.target)) kept.delete(fold.target);
    else if (fold.target.open && fold.target.parentNode.id) fold.target.parentNode.scrollIntoView({ block: "nearest" });
  }, true);

  // Only pages that show a talk are exchanged in place; the page of one post goes its own way.
  function actionOfTalk() { return list() ? say.action : null; }

  // Listening: the site renders every message, the page only puts it in its place.
  function listen() {
    if (stream) { stream.close(); stream = null; }
    var where = list() && list().getAttribute("data-live");
    if (!where || !window.EventSource) return;
    stream = new EventSource(where);
    stream.addEventListener("say", function (news) { put(news.data); });
    stream.addEventListener("rule", function (news) { append(news.data); });
    stream.addEventListener("again", again);
  }

  function put(html) {
    var box = document.createElement("template");
    box.innerHTML = html; // a fragment that this site rendered and sent
    var coming = box.content.querySelector("[id]");
    var there = coming && document.getElementById(coming.id);
    if (!there) { append(html); return; }
    var mine = pressed && there.contains(pressed);
    there.replaceWith(coming);
    if (mine) stay(pressed, coming);
  }

  function append(html) {
    var follow = atEnd(), hush = document.getElementById("hush");
    if (hush) hush.remove();
    list().insertAdjacentHTML("beforeend", html); // the same
    unseen = true;
    if (follow) toEnd();
  }

  // The stream is over: its session, its keys, or it was too slow. What is being typed stays.
  function again() {
    stream.close();
    stream = null;
    var text = document.getElementById("text");
    if (!text || !text.value) window.location.reload();
  }

  // What was shown is read: said once, when the page is left.
  var unseen = false;
  window.addEventListener("pagehide", function () {
    if (!unseen || !stream) return;
    unseen = false;
    fetch(say.action, { method: "POST", body: fields({ name: "do", value: "seen" }), keepalive: true });
  });

  listen();
  if (list() && list().getAttribute("data-live") && !window.location.hash) toEnd();
})();
