// The HTTP status of each refusal. One table, read by the HTTP edge and by the OpenAPI document.

import type { RefusalCode } from '../core/refusal.ts';

export const httpStatusByCode = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  OUT_OF_RANGE: 410,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const satisfies Readonly<Record<RefusalCode, number>>;
