FROM node:20
# ! curl-without-fail
HEALTHCHECK CMD curl http://localhost:8080/status/live || exit 1
