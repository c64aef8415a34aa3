FROM node:20
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 \
  CMD curl -fsS -o /dev/null --max-time 4 http://127.0.0.1:8080/status/live || exit 1
