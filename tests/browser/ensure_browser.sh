#!/bin/sh
# See that Chromium, its driver and an Arabic font are here; on Debian, as root, install what is missing.
# Elsewhere: say in one line what to install, and fail.
set -eu

any() {
    for name in "$@"; do
        if command -v "$name" >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

arabic_font() {
    if any fc-list; then [ -n "$(fc-list :lang=ar family)" ]; fi
}

ready() {
    any chromium chromium-browser google-chrome && any chromedriver && arabic_font
}

packages="chromium chromium-driver fontconfig fonts-noto-core fonts-noto-color-emoji"

if ready; then exit 0; fi
if any apt-get && [ "$(id -u)" = 0 ]; then
    echo "Installing $packages ..."
    apt-get update -qq
    # shellcheck disable=SC2086 # The list is meant to be split.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
    if ready; then exit 0; fi
fi
echo "The browser tests need Chromium, its driver and an Arabic font: sudo apt-get install $packages" >&2
exit 1
