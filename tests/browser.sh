#!/bin/sh
# The browser tests need a Chromium; on Debian and Ubuntu, as root, fetch one with Chinese fonts. Elsewhere they skip.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-noto-cjk) \
    >/dev/null 2>&1 || echo "no Chromium could be installed: the browser tests will be skipped"
fi
