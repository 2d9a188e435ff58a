#!/bin/sh
# Root runs this once the package's files are gone (Debian's postrm); at an upgrade, too, when there is nothing to take back.
set -e
profile=/etc/apparmor.d/granary

if [ "$1" = remove ]; then
  update-alternatives --quiet --remove granary /opt/Granary/bin/granary
  if [ -e "$profile" ]; then
    ischroot || apparmor_parser --remove "$profile" 2>/dev/null || true
    rm -f "$profile"
  fi
fi
