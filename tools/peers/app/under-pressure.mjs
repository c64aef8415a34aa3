import Fastify from "fastify";
import underPressure from "@fastify/under-pressure";
import { announce } from "../../../bench/servers/listen.mjs";

const fastify = Fastify();
fastify.register(underPressure, { maxEventLoopDelay: 1000, exposeStatusRoute: true });
await fastify.listen({ port: 0, host: "127.0.0.1" });
announce(fastify.server.address().port);
