FROM node:20
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8080/status/live').then((r) => process.exit(r.ok ? 0 : 1))"]
