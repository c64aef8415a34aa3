import express from "express";
import healthcheck from "express-healthcheck";
import { createServer } from "node:http";
import { listen } from "../../../bench/servers/listen.mjs";

const app = express();
app.use("/healthcheck", healthcheck());
listen(createServer(app));
