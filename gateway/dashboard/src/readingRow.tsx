/** One reading of a card: its name, its value in large digits, how good and how old it is, and its 24 h line. Pressing it opens the large chart. */
import type { NodeView, ReadingView } from '../../api/types.ts'
import type { Appearance } from './appearance.ts'
import { appearanceOf, isQuantityName } from './appearance.ts'
import { formatReading } from './figures.ts'
import { seriesName } from './seriesBook.ts'
import { Sparkline } from './sparkline.tsx'
import { daySeries, language, openChart, texts } from './state.ts'
import { AgeText, FlagWord } from './words.tsx'

export const quantityWord = (quantity: string): string =>
  isQuantityName(quantity) ? texts.value.quantities[quantity] : quantity

export function valueWord(
  reading: Pick<ReadingView, 'perUnit'>,
  value: number | null,
  appearance: Appearance,
): string {
  if (value === null) return '–'
  if (appearance.yesNo) return value === 0 ? texts.value.no : texts.value.yes
  return formatReading(language.value, value, reading.perUnit, appearance)
}

interface ReadingRowProps {
  readonly node: NodeView
  readonly reading: ReadingView
}

export function ReadingRow({ node, reading }: ReadingRowProps) {
  const { quantity } = reading
  const appearance = appearanceOf(quantity, reading.unit)
  const points = daySeries.value.get(seriesName({ eui: node.eui, quantity }))
  const hasUnit = reading.value !== null && appearance.unit !== ''
  return (
    <button
      type="button"
      class="reading"
      data-quantity={quantity}
      data-flag={reading.flag}
      onClick={() => (openChart.value = { eui: node.eui, quantity })}
    >
      <span class="reading-name">{quantityWord(quantity)}</span>
      <span class="reading-value">
        <b>{valueWord(reading, reading.value, appearance)}</b>
        {hasUnit && <span class="unit">{` ${appearance.unit}`}</span>}
      </span>
      <span class="reading-line">
        <Sparkline
          points={points}
          reading={reading}
          appearance={appearance}
          intervalSeconds={node.intervalSeconds}
        />
      </span>
      <span class="reading-foot">
        <FlagWord flag={reading.flag} />
        <AgeText
          timeMs={reading.timeMs}
          uncertain={reading.timeUncertain}
          errorSeconds={reading.timeErrorSeconds}
        />
      </span>
      <span class="only-heard">{texts.value.chart.open}</span>
    </button>
  )
}
