// The script of one page, the one where reminders are chosen: it lets this browser be rung, or ends that. It is the
// only one that leaves something in a browser, and does so when somebody chose it and pressed the button: a worker
// (worker.js), the leave to show notifications, and an address at the browser's own push service.
"use strict";
(function () {
  var form = document.querySelector("form[data-worker]");
  if (!form) return;
  var address = form.querySelector("input[name=browser]"), worker = form.getAttribute("data-worker");

  form.addEventListener("submit", function (press) {
    press.preventDefault();
    var chosen = form.querySelector("input[name=channel]:checked");
    var work = chosen && chosen.value === "web" ? begin() : end();
    // Without an address the site says what was missing.
    work.catch(function () { address.value = ""; }).then(function () { form.submit(); });
  });

  function begin() {
    if (!navigator.serviceWorker || !window.PushManager || !window.Notification) return Promise.reject();
    return Notification.requestPermission().then(function (said) {
      if (said !== "granted") throw said;
      return navigator.serviceWorker.register(worker, { scope: worker });
    }).then(awake).then(function (place) { return subscribe(place.pushManager); }).then(function (given) {
      var said = given.toJSON();
      address.value = [said.endpoint, said.keys.p256dh, said.keys.auth, form.getAttribute("data-name")].join(" ");
    });
  }

  function awake(place) {
    if (place.active) return place;
    return new Promise(function (done, failed) {
      var coming = place.installing || place.waiting;
      coming.addEventListener("statechange", function () {
        if (coming.state === "activated") done(place);
        if (coming.state === "redundant") failed();
      });
    });
  }

  // An address that was made for another key, by another notebook in this browser, goes first.
  function subscribe(pushes) {
    var wanted = { userVisibleOnly: true, applicationServerKey: bytes(form.getAttribute("data-key")) };
    return pushes.subscribe(wanted).catch(function (error) {
      if (!error || error.name !== "InvalidStateError") throw error;
      return pushes.getSubscription().then(function (old) { return old.unsubscribe(); })
        .then(function () { return pushes.subscribe(wanted); });
    });
  }

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }

  // Nothing stays: neither the worker nor the address. The leave to show notifications is the browser's to take back.
  function end() {
    if (!navigator.serviceWorker) return Promise.resolve();
    return navigator.serviceWorker.getRegistrations().then(function (all) {
      return Promise.all(all.map(function (place) { return forget(place); }));
    });
  }

  function forget(place) {
    var given = place.pushManager ? place.pushManager.getSubscription() : Promise.resolve(null);
    return given.then(function (one) { return one && one.unsubscribe(); }).catch(function () {})
      .then(function () { return place.unregister(); });
  }
})();
