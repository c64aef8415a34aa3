import { Module, type MiddlewareConsumer, type NestModule } from "@nestjs/common";
import { guard } from "health-state/node";
import { RateController } from "./rate.controller.js";
import { rates } from "./rates.js";

@Module({ controllers: [RateController] })
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(guard(rates)).forRoutes("rates/*path");
  }
}
