ARG V=20
FROM node:$V
# ! liveness-on-readiness, startup-budget-short
HEALTHCHECK --start-period=10s CMD curl -f http://127.0.0.1:8080/status
# args: --load-time 3m
