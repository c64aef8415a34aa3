// node:http
import { probes } from "../../../dist/adapters/node.js";
import { applicationOf, serve } from "../fixture/node.mjs";

serve(({ health, guards }) => probes(health, applicationOf(guards)));
