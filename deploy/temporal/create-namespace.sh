#!/bin/sh
# Creates the namespace of the pathways unless it is there. Safe to run again.
# Reads TEMPORAL_ADDRESS, which the temporal command knows too, and TEMPORAL_NAMESPACE.
set -eu

# The port answers some seconds before the server does.
attempts=30
until temporal operator cluster health; do
  attempts=$((attempts - 1))
  if [ "$attempts" -eq 0 ]; then
    echo "The Temporal server at $TEMPORAL_ADDRESS is still not healthy: see the logs of 'temporal'." >&2
    exit 1
  fi
  sleep 2
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  echo "The namespace $TEMPORAL_NAMESPACE exists."
else
  # Closed workflows stay readable for 30 days, as long as an exit can be undone; the journal keeps the rest.
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h
fi
