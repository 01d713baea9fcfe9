/** Connections to PostgreSQL with the handlers that graphile-worker asks for: a lost connection is a fault, not the end of the process. */
import pg from 'pg';

export function openPool(connectionString: string, max: number, onFault: (what: string) => void): pg.Pool {
  const pool = new pg.Pool({ connectionString, max });
  const lost = (error: Error): void => onFault(`a connection was lost: ${error.message}`);
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  return pool;
}
