FROM node:20
# ! wrong-type
HEALTHCHECK --interval=30 CMD curl -f http://127.0.0.1/status/live
