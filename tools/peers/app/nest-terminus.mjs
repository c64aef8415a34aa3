import "reflect-metadata";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { HealthCheck, HealthCheckService, TerminusModule } from "@nestjs/terminus";
import { announce } from "../../../bench/servers/listen.mjs";

// The README's controller, its decorators applied by hand.
class HealthController {
  constructor(health) {
    this.health = health;
  }
  check() {
    return this.health.check([]);
  }
}
const check = Object.getOwnPropertyDescriptor(HealthController.prototype, "check");
Get()(HealthController.prototype, "check", check);
HealthCheck()(HealthController.prototype, "check", check);
Reflect.defineMetadata("design:paramtypes", [HealthCheckService], HealthController);
Controller("health")(HealthController);
class AppModule {}
Module({ imports: [TerminusModule], controllers: [HealthController] })(AppModule);

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, "127.0.0.1");
announce(app.getHttpServer().address().port);
