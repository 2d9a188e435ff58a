#!/bin/sh
# The packaged command line, on the Node that ships with the app. It may be called through links, from any folder.
folder=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
# What another Node was told on this machine is not meant for this one.
unset NODE_OPTIONS
exec "$folder/resources/node/node" "$folder/resources/app.asar.unpacked/bin/granary.cjs" "$@"
