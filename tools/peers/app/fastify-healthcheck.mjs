import Fastify from "fastify";
import healthcheck from "fastify-healthcheck";
import { announce } from "../../../bench/servers/listen.mjs";

const fastify = Fastify();
fastify.register(healthcheck);
await fastify.listen({ port: 0, host: "127.0.0.1" });
announce(fastify.server.address().port);
