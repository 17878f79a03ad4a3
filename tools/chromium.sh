#!/bin/sh
# The browser that tests drive: Debian's Chromium, installed where it is missing and we may. Without it browser tests are skipped.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
else
    echo "No Chromium here, so browser tests are skipped. Install it with: sudo apt-get install chromium" >&2
fi
