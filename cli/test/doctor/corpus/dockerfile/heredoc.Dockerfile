FROM node:20
RUN <<EOF
HEALTHCHECK CMD curl http://localhost
EOF
# ! always-passes
HEALTHCHECK CMD curl -f http://127.0.0.1/status/live; true
