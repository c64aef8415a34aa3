FROM node:20
# ! shell-in-exec-form
HEALTHCHECK CMD ["curl", "-f", "http://127.0.0.1/status/live", "||", "exit", "1"]
