export { statusPage, type StatusPage, type StatusPageOptions } from "./status-page.ts";
