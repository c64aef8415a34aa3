import { Controller, Get, NotFoundException, Param } from "@nestjs/common";
import { rates } from "./rates.js";

@Controller()
export class RateController {
  @Get()
  page(): string {
    return "Rates";
  }

  @Get("rates/:currency")
  rate(@Param("currency") currency: string): string {
    const rate = rates.peek()?.get(currency);
    if (rate === undefined) throw new NotFoundException();
    return `${rate}`;
  }
}
