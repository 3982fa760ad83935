// What stays in a browser that somebody lets be rung (browser.js). It shows the text that comes, which its owner chose,
// and opens this site when that is tapped. It keeps nothing, asks nobody, and sees no page.
"use strict";
self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("push", function (news) {
  var text = news.data ? news.data.text() : "";
  news.waitUntil(self.registration.showNotification(text, { dir: "auto", tag: "1", renotify: true }));
});
self.addEventListener("notificationclick", function (tap) {
  tap.notification.close();
  tap.waitUntil(self.clients.openWindow("/"));
});
