FROM node:20
# ! missing-field
HEALTHCHECK curl -f http://127.0.0.1/status/live
