#!/bin/sh
# Root runs this once the package's files are there (Debian's postinst).
set -e
app=/opt/Granary

# `granary` is the command line; without a word it opens the window.
update-alternatives --install /usr/bin/granary granary "$app/bin/granary" 100

# Chromium's sandbox is made of user namespaces where users may have them. Elsewhere its helper needs root's rights. Root may always have
# them: so it is tried as nobody.
if setpriv --reuid=65534 --regid=65534 --clear-groups unshare --user --map-root-user true 2>/dev/null; then
  chmod 0755 "$app/chrome-sandbox"
else
  chmod 4755 "$app/chrome-sandbox"
fi

# Ubuntu, from 23.10 on, gives user namespaces only to programs that AppArmor has a profile for. An AppArmor that is too old for the
# profile does not ask for one.
profile=/etc/apparmor.d/granary
if apparmor_status --enabled 2>/dev/null &&
  apparmor_parser --skip-kernel-load --skip-cache "$app/resources/apparmor-profile" >/dev/null 2>&1; then
  install -m 0644 "$app/resources/apparmor-profile" "$profile"
  ischroot || apparmor_parser --replace --write-cache "$profile" || true
fi
