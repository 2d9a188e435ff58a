import { describe, expect, it } from 'vitest';
import { PoolAllocator } from '../../../../src-main/graph/memory/allocator.ts';

const MB = 2 ** 20;

describe('the simulated allocator', () => {
  it('gives memory that was freed out again, and never gives it back', () => {
    const pool = new PoolAllocator();
    const first = pool.allocate(10 * MB);
    pool.free(first, 10 * MB);
    expect(pool.live).toBe(0);
    pool.allocate(10 * MB);
    expect(pool).toMatchObject({ live: 10 * MB, touched: 10 * MB });
  });

  it('hands a chunk out whole when it is less than twice what is wanted', () => {
    const pool = new PoolAllocator();
    const wide = pool.allocate(16 * MB);
    pool.allocate(16 * MB);
    pool.free(wide, 16 * MB);
    pool.allocate(9 * MB);
    // The other seven of the sixteen are not to be had, so another region is touched.
    pool.allocate(7 * MB);
    expect(pool.touched).toBe(39 * MB);
  });

  it('cuts a chunk of twice the size, and joins the parts again', () => {
    const pool = new PoolAllocator();
    const wide = pool.allocate(16 * MB);
    pool.free(wide, 16 * MB);
    const parts = [4, 4, 4, 4].map((size) => pool.allocate(size * MB));
    expect(pool.touched).toBe(16 * MB);
    for (const part of parts) pool.free(part, 4 * MB);
    pool.allocate(16 * MB);
    expect(pool.touched).toBe(16 * MB);
  });

  it('leaves small blocks to the C library, which keeps its highest', () => {
    const pool = new PoolAllocator();
    const blocks = Array.from({ length: 8 }, () => pool.allocate(1000));
    for (const block of blocks) pool.free(block, 1000);
    pool.allocate(1000);
    expect(pool).toMatchObject({ live: 1000, touched: 8000 });
  });
});
