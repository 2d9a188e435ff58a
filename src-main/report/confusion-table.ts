import { escapeHtml } from './svg-lines.ts';

/**
 * A confusion matrix as an HTML table: rows are the truth, columns the prediction. Cells are shaded by their share of the
 * row, so that a rare class shows its confusions as strongly as a common one.
 * @param matrix counts, [true class][predicted class], in the order of `classes`
 */
export function confusionTable(classes: readonly string[], matrix: readonly (readonly number[])[]): string {
  const head = classes.map((name) => `<th scope="col"><span>${escapeHtml(name)}</span></th>`).join('');
  const rows = classes.map((name, truth) => {
    const row = matrix[truth] ?? [];
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = classes.map((_, predicted) => {
      const count = row[predicted] ?? 0;
      const share = total === 0 ? 0 : count / total;
      const kind = truth === predicted ? 'hit' : 'miss';
      return `<td class="${kind}" style="--share:${share.toFixed(3)}">${count === 0 ? '' : count}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.join('')}<td class="total">${total}</td></tr>`;
  });
  return (
    `<table class="confusion"><caption>Rows: true class. Columns: predicted class.</caption>` +
    `<thead><tr><td></td>${head}<td class="total">all</td></tr></thead><tbody>${rows.join('')}</tbody></table>`
  );
}
