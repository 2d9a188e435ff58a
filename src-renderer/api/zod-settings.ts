import { z } from 'zod';

// zod compiles its object parsers with `new Function` where it may. The page's security policy forbids that, and even the
// attempt is reported as a violation; this must be imported before any schema is made.
z.config({ jitless: true });
