/** `0.4231`, `12.3`: four digits that mean something, never an exponent for usual losses. */
export function formatLoss(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toFixed(Math.abs(value) >= 10 ? 2 : 4);
}

/** A share as percent with two decimals: `4.35%`. */
export function formatError(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? '–'
    : `${(value * 100).toFixed(2)}%`;
}

/** For axes: no decimals where there need be none. */
export function formatPercentTick(value: number): string {
  return `${Number((value * 100).toFixed(2))}%`;
}

/** For axes. */
export function formatTick(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** `42 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** `28.6 M`, `4.7 M`, `950 k`. */
export function formatCount(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(value >= 1e8 ? 0 : 1)} M`;
  if (value >= 1e4) return `${Math.round(value / 1e3)} k`;
  return value.toLocaleString('en');
}

/** `23 Nov, 21:04`, in the reader's own time; `23 Nov 2025, 21:04` of another year than this one. */
export function formatMoment(iso: string | null | undefined): string {
  if (iso === null || iso === undefined) return '–';
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '–';
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
  return date.toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year,
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** `20 Sept 1997`, of seconds since 1970, in the reader's own time. */
export function formatDay(seconds: number): string {
  return new Date(1000 * seconds).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}

/** For the x axis of steps and epochs: whole numbers, and as few decimals as a zoomed axis needs. */
export function formatWhole(value: number): string {
  return Number(value.toFixed(2)).toLocaleString('en');
}

/** `21:04:07`, of milliseconds since 1970, in the reader's own time. */
export function formatClock(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString('en-GB');
}

/** A tooltip shows more digits than an axis has room for. */
export function formatExactly(value: number, formatY: (value: number) => string): string {
  return formatY(value).endsWith('%') ? `${(value * 100).toFixed(2)}%` : value.toPrecision(5);
}
